<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: ISC -->
<!--
  The list of devices (lib/pages/page_devices.c): what it was asked for, columns, the way to other pages of it,
  rows. devices-rows.xsl shows parts of it to the script of the page ("devices list" in rollcall.js).
-->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:t="urn:rollcall:texts">
	<xsl:import href="layout.xsl"/>

	<xsl:variable name="devices" select="/page/devices"/>

	<xsl:template match="page" mode="title"><t:say key="devices.title"/></xsl:template>

	<xsl:template match="page" mode="main">
		<xsl:apply-templates select="devices"/>
	</xsl:template>

	<xsl:template match="devices">
		<div class="toolbar">
			<h1><t:say key="devices.title"/></h1>
			<xsl:if test="not(@wrong)">
				<button type="button" class="quiet" id="devices-live" aria-pressed="true" hidden="hidden"><t:say key="devices.live"/></button>
				<span class="muted"><t:say key="devices.export"/></span>
				<a class="button" id="export-csv" href="{$admin}{@csv}">CSV</a>
				<a class="button" id="export-json" href="{$admin}{@json}">JSON</a>
				<xsl:if test="@csv-plain">
					<span class="muted" id="export-plain">
						<t:say key="devices.export.plain"/>
						<xsl:text> </xsl:text><a id="export-csv-plain" href="{$admin}{@csv-plain}">CSV</a>
						<xsl:text> </xsl:text><a id="export-json-plain" href="{$admin}{@json-plain}">JSON</a>
					</span>
				</xsl:if>
			</xsl:if>
		</div>
		<xsl:if test="@total &gt; 0 or @q != ''"><xsl:call-template name="filter"/></xsl:if>
		<xsl:apply-templates select="snippet"/>
		<div id="devices-list" data-matches="{@matches}">
			<xsl:if test="not(@wrong)">
				<xsl:attribute name="data-rows"><xsl:value-of select="concat($admin, @rows)"/></xsl:attribute>
				<xsl:attribute name="data-interval"><xsl:value-of select="@interval"/></xsl:attribute>
			</xsl:if>
			<xsl:choose>
				<xsl:when test="@wrong"/>
				<xsl:when test="@total = 0"><xsl:call-template name="no-device"/></xsl:when>
				<xsl:when test="@matches = 0"><xsl:call-template name="no-match"/></xsl:when>
				<xsl:otherwise><xsl:call-template name="list"/></xsl:otherwise>
			</xsl:choose>
		</div>
	</xsl:template>

	<!-- ==== what is asked for ==== -->

	<xsl:template name="filter">
		<form id="filter" method="get" action="{$admin}devices" role="search">
			<label for="q"><t:say key="devices.filter"/></label>
			<input type="search" id="q" name="q" value="{@q}" placeholder="[[devices.filter.example]]" autocomplete="off"
				autocapitalize="none" spellcheck="false" aria-describedby="filter-help">
				<xsl:if test="@wrong">
					<xsl:attribute name="aria-invalid">true</xsl:attribute>
					<xsl:attribute name="aria-errormessage">filter-wrong</xsl:attribute>
				</xsl:if>
			</input>
			<xsl:for-each select="arg[@name != 'q' and @name != 'page']">
				<input type="hidden" name="{@name}" value="{@value}"/>
			</xsl:for-each>
			<button type="submit"><t:say key="devices.filter.go"/></button>
			<xsl:if test="@q != ''">
				<a class="button" id="filter-clear" href="{$admin}{@without}"><t:say key="devices.filter.clear"/></a>
			</xsl:if>
		</form>
		<xsl:if test="@wrong">
			<div class="notice bad" id="filter-wrong" role="alert">
				<p><t:say key="devices.filter.wrong"/></p>
				<p lang="en"><xsl:value-of select="@wrong"/></p>
			</div>
		</xsl:if>
		<details id="filter-help">
			<summary><t:say key="devices.help"/></summary>
			<p><t:say key="devices.help.words"/></p>
			<dl class="facts">
				<dt><code>172.16 ip222</code></dt><dd><t:say key="devices.help.text"/></dd>
				<dt><code>00:90:33:30</code></dt><dd><t:say key="devices.help.mac"/></dd>
				<dt><code>172.16.7.0/24</code></dt><dd><t:say key="devices.help.network"/></dd>
				<dt><code>*reception*</code></dt><dd><t:say key="devices.help.star"/></dd>
				<dt><code>!missing</code></dt><dd><t:say key="devices.help.not"/></dd>
				<dt><code>missing</code>, <code>present</code>, <code>settled</code>, <code>unsettled</code></dt><dd><t:say key="devices.help.state"/></dd>
				<dt><code>type:ip222</code></dt>
				<dd><t:say key="devices.help.field"/><xsl:text> </xsl:text><code>sn hwid ip type name phase class env firmware boot issuer</code></dd>
				<dt><code>fw:other</code>, <code>bc:loading</code></dt>
				<dd><t:say key="devices.help.build"/><xsl:text> </xsl:text><code>current loading other unknown unwanted</code></dd>
				<dt><code>cert:expired</code></dt>
				<dd><t:say key="devices.help.cert"/><xsl:text> </xsl:text><code>error revoked approval signed expired asked expiring stranger none unknown fine off</code></dd>
				<dt><code>expires:30</code></dt><dd><t:say key="devices.help.expires"/></dd>
				<dt><code>seen:15m</code>, <code>!seen:2d</code></dt><dd><t:say key="devices.help.seen"/></dd>
			</dl>
		</details>
	</xsl:template>

	<xsl:template match="snippet">
		<div class="notice" id="snippet" data-use="{@use}">
			<xsl:if test="@use = 'unused'"><xsl:attribute name="class">notice warn</xsl:attribute></xsl:if>
			<p>
				<xsl:choose>
					<xsl:when test="@use = 'unused'">
						<t:say key="devices.snippet.unused"><t:with><b class="mono"><xsl:value-of select="@name"/></b></t:with></t:say>
					</xsl:when>
					<xsl:otherwise>
						<t:say key="devices.snippet"><t:with><b class="mono"><xsl:value-of select="@name"/></b></t:with></t:say>
					</xsl:otherwise>
				</xsl:choose>
				<xsl:if test="@use = 'unused' and @nearest">
					<xsl:text> </xsl:text>
					<t:say key="devices.snippet.nearest"><t:with><b class="mono"><xsl:value-of select="@nearest"/></b></t:with></t:say>
				</xsl:if>
				<xsl:text> </xsl:text>
				<a id="snippet-without" href="{$admin}{@without}"><t:say key="devices.snippet.without"/></a>
			</p>
		</div>
	</xsl:template>

	<!-- ==== nothing to show ==== -->

	<xsl:template name="no-device">
		<div id="no-device">
			<xsl:call-template name="empty">
				<xsl:with-param name="title"><t:say key="devices.empty"/></xsl:with-param>
				<xsl:with-param name="hint"><t:say key="devices.empty.hint"/><xsl:text> </xsl:text><a href="{$admin}add"><t:say key="devices.empty.add"/></a></xsl:with-param>
			</xsl:call-template>
		</div>
	</xsl:template>

	<xsl:template name="no-match">
		<div id="no-match">
			<xsl:call-template name="empty">
				<xsl:with-param name="title"><t:say key="devices.none"/></xsl:with-param>
				<xsl:with-param name="hint">
					<t:count key="devices.none.hint" select="@total"/>
					<xsl:text> </xsl:text>
					<a href="{$admin}devices"><t:say key="devices.none.all"/></a>
				</xsl:with-param>
			</xsl:call-template>
		</div>
	</xsl:template>

	<!-- ==== the list ==== -->

	<xsl:template name="list">
		<form id="devices-form" method="post" action="{$admin}devices/act">
			<xsl:if test="$page/@operator">
				<xsl:call-template name="csrf"/>
				<xsl:for-each select="arg"><input type="hidden" name="{@name}" value="{@value}"/></xsl:for-each>
			</xsl:if>
			<xsl:call-template name="counts"/>
			<xsl:call-template name="narrow-sort"/>
			<div class="card">
				<div class="scroll" tabindex="0" role="region" aria-label="[[devices.title]]">
					<table class="grid" id="devices">
						<thead>
							<tr>
								<xsl:if test="$page/@operator">
									<th scope="col" class="check">
										<input type="checkbox" id="devices-all" hidden="hidden" aria-label="[[devices.select.all]]" title="[[devices.select.all]]"/>
										<span class="visually-hidden"><t:say key="devices.select"/></span>
									</th>
								</xsl:if>
								<xsl:apply-templates select="column"/>
							</tr>
						</thead>
						<xsl:call-template name="body"/>
					</table>
				</div>
			</div>
			<xsl:if test="$page/@operator"><xsl:call-template name="acts"/></xsl:if>
			<xsl:call-template name="steps"/>
		</form>
	</xsl:template>

	<xsl:template name="counts">
		<p id="devices-count" aria-live="polite">
			<xsl:choose>
				<xsl:when test="@q != '' or snippet">
					<t:count key="devices.count.of" select="@total"><t:with><b data-n="matches"><t:number select="@matches"/></b></t:with></t:count>
				</xsl:when>
				<xsl:otherwise><b data-n="matches"><t:count key="devices.count" select="@matches"/></b></xsl:otherwise>
			</xsl:choose>
			<xsl:text>, </xsl:text>
			<xsl:choose>
				<xsl:when test="@missing &gt; 0">
					<a data-n="missing" href="{$admin}{@missing-url}"><t:count key="devices.missing" select="@missing"/></a>
				</xsl:when>
				<xsl:otherwise><span data-n="missing"><t:count key="devices.missing" select="@missing"/></span></xsl:otherwise>
			</xsl:choose>
		</p>
	</xsl:template>

	<xsl:template name="acts">
		<div class="actions" id="devices-acts" role="group" aria-labelledby="devices-selected">
			<xsl:choose>
				<xsl:when test="@pages = 1"/>
				<xsl:when test="@matches &gt; @most"><span class="muted" id="devices-most"><t:say key="devices.select.most"/></span></xsl:when>
				<xsl:otherwise>
					<label><input type="checkbox" name="matching" value="1" id="devices-matching"/><xsl:text> </xsl:text><t:count key="devices.select.matching" select="@matches"/></label>
				</xsl:otherwise>
			</xsl:choose>
			<span class="muted" id="devices-selected" data-none="[[devices.selected.none]]" data-some="[[devices.selected]]"><t:say key="devices.selected.none"/></span>
			<button type="submit" class="quiet" name="action" value="touch" title="[[devices.act.touch.hint]]"><t:say key="devices.act.touch"/></button>
			<button type="submit" class="quiet" name="action" value="forget" title="[[devices.act.forget.hint]]"><t:say key="devices.act.forget"/></button>
			<xsl:if test="@internal">
				<button type="submit" class="quiet" name="action" value="approve" title="[[devices.act.approve.hint]]"><t:say key="devices.act.approve"/></button>
			</xsl:if>
			<xsl:if test="@certs">
				<button type="submit" class="quiet" name="action" value="drop-request" title="[[devices.act.drop-request.hint]]"><t:say key="devices.act.drop-request"/></button>
			</xsl:if>
		</div>
	</xsl:template>

	<xsl:template name="steps">
		<nav id="devices-steps" class="steps" aria-label="[[devices.steps]]">
			<span class="where"><xsl:call-template name="where"/></span>
			<xsl:if test="@pages &gt; 1">
				<span class="step-links">
					<xsl:call-template name="step"><xsl:with-param name="name" select="'first'"/></xsl:call-template>
					<xsl:call-template name="step"><xsl:with-param name="name" select="'prev'"/></xsl:call-template>
					<xsl:call-template name="step"><xsl:with-param name="name" select="'next'"/></xsl:call-template>
					<xsl:call-template name="step"><xsl:with-param name="name" select="'last'"/></xsl:call-template>
				</span>
			</xsl:if>
			<span class="pers">
				<t:say key="devices.per"/>
				<xsl:for-each select="per">
					<xsl:text> </xsl:text>
					<a href="{$admin}{@url}" data-per="{@rows}">
						<xsl:if test="@now"><xsl:attribute name="aria-current">true</xsl:attribute></xsl:if>
						<xsl:value-of select="@rows"/>
					</a>
				</xsl:for-each>
			</span>
		</nav>
	</xsl:template>

	<xsl:template name="where">
		<t:say key="devices.shown">
			<t:with><t:number select="@from"/></t:with>
			<t:with><t:number select="@to"/></t:with>
			<t:with><t:number select="@matches"/></t:with>
		</t:say>
		<xsl:if test="@pages &gt; 1">
			<span class="muted"> · <t:say key="devices.page"><t:with><t:number select="@page"/></t:with><t:with><t:number select="@pages"/></t:with></t:say></span>
		</xsl:if>
	</xsl:template>

	<!-- One that leads nowhere keeps its place, so that the others do not move under the pointer. -->
	<xsl:template name="step">
		<xsl:param name="name"/>
		<xsl:variable name="step" select="step[@name = $name]"/>
		<xsl:choose>
			<xsl:when test="$step">
				<a class="button" id="step-{$name}" href="{$admin}{$step/@url}">
					<xsl:if test="$name = 'prev' or $name = 'next'"><xsl:attribute name="rel"><xsl:value-of select="$name"/></xsl:attribute></xsl:if>
					<t:pick prefix="devices.step." select="$name"/>
				</a>
			</xsl:when>
			<xsl:otherwise><span class="button-off" id="step-{$name}"><t:pick prefix="devices.step." select="$name"/></span></xsl:otherwise>
		</xsl:choose>
	</xsl:template>

	<xsl:template match="column">
		<th scope="col" class="c-{@id}">
			<xsl:if test="@sorted"><xsl:attribute name="aria-sort"><xsl:value-of select="@sorted"/></xsl:attribute></xsl:if>
			<xsl:choose>
				<xsl:when test="count(sort) = 1"><xsl:apply-templates select="sort"/></xsl:when>
				<xsl:otherwise>
					<t:pick prefix="devices.column." select="@id"/>
					<xsl:if test="sort"><span class="sorts"><xsl:apply-templates select="sort"/></span></xsl:if>
				</xsl:otherwise>
			</xsl:choose>
		</th>
	</xsl:template>

	<!-- On a narrow screen there is no head of the table. -->
	<xsl:template name="narrow-sort">
		<details id="devices-sort">
			<summary>
				<t:say key="devices.sort.by"/>
				<xsl:for-each select="column/sort[@now]">
					<xsl:text> </xsl:text><xsl:apply-templates select="." mode="name"/>
				</xsl:for-each>
			</summary>
			<ul>
				<xsl:for-each select="column/sort">
					<li>
						<a href="{$admin}{@url}">
							<xsl:if test="@now"><xsl:attribute name="aria-current">true</xsl:attribute></xsl:if>
							<xsl:apply-templates select="." mode="name"/>
						</a>
					</li>
				</xsl:for-each>
			</ul>
		</details>
	</xsl:template>

	<xsl:template match="sort" mode="name">
		<t:pick prefix="devices.column." select="../@id"/>
		<xsl:if test="count(../sort) &gt; 1">: <t:pick prefix="devices.sort." select="@name"/></xsl:if>
		<xsl:if test="@now"><xsl:call-template name="arrow"/></xsl:if>
	</xsl:template>

	<xsl:template name="arrow">
		<span class="arrow" aria-hidden="true">
			<xsl:choose>
				<xsl:when test="../@sorted = 'descending'">▼</xsl:when>
				<xsl:otherwise>▲</xsl:otherwise>
			</xsl:choose>
		</span>
	</xsl:template>

	<xsl:template match="sort">
		<a href="{$admin}{@url}" data-sort="{@name}" title="[[devices.sort]]">
			<xsl:choose>
				<xsl:when test="count(../sort) = 1"><t:pick prefix="devices.column." select="../@id"/></xsl:when>
				<xsl:otherwise><t:pick prefix="devices.sort." select="@name"/></xsl:otherwise>
			</xsl:choose>
			<xsl:if test="@now"><xsl:call-template name="arrow"/></xsl:if>
		</a>
	</xsl:template>

	<!-- ==== rows ==== -->

	<xsl:template name="body">
		<tbody id="devices-rows" data-stamp="{@stamp}" data-version="{@version}">
			<xsl:attribute name="data-order">
				<xsl:for-each select="at"><xsl:value-of select="concat(@sn, ' ')"/></xsl:for-each>
			</xsl:attribute>
			<xsl:attribute name="data-versions">
				<xsl:for-each select="at"><xsl:value-of select="concat(@version, ' ')"/></xsl:for-each>
			</xsl:attribute>
			<xsl:apply-templates select="row"/>
		</tbody>
	</xsl:template>

	<xsl:template match="row">
		<xsl:variable name="row" select="."/>
		<tr id="d-{@sn}" data-sn="{@sn}" data-version="{@version}">
			<xsl:if test="@presence = 'missing'"><xsl:attribute name="class">missing</xsl:attribute></xsl:if>
			<xsl:if test="$page/@operator">
				<td class="check">
					<input type="checkbox" name="sn" value="{@sn}">
						<xsl:attribute name="aria-label"><xsl:value-of select="@sn"/></xsl:attribute>
					</input>
				</td>
			</xsl:if>
			<xsl:for-each select="$devices/column">
				<xsl:apply-templates select="." mode="cell"><xsl:with-param name="row" select="$row"/></xsl:apply-templates>
			</xsl:for-each>
		</tr>
	</xsl:template>

	<xsl:template match="column[@id = 'device']" mode="cell">
		<xsl:param name="row"/>
		<th scope="row" class="c-device">
			<a class="mono" href="{$admin}{$row/@url}"><xsl:value-of select="$row/@sn"/></a>
			<xsl:text> </xsl:text><span class="second">
				<xsl:value-of select="$row/@type"/>
				<xsl:if test="$row/@hwid and $row/@hwid != $row/@sn">
					<xsl:text> </xsl:text>
					<span class="mono"><xsl:value-of select="$row/@hwid"/></span>
				</xsl:if>
			</span>
		</th>
	</xsl:template>

	<!-- On a narrow screen cells stand one below the other, with the name of their column before them. -->
	<xsl:template match="column" mode="cell">
		<xsl:param name="row"/>
		<td class="c-{@id}">
			<xsl:attribute name="data-label"><t:pick prefix="devices.column." select="@id"/></xsl:attribute>
			<div class="cell">
				<xsl:apply-templates select="." mode="content"><xsl:with-param name="row" select="$row"/></xsl:apply-templates>
			</div>
		</td>
	</xsl:template>

	<xsl:template match="column[@id = 'name']" mode="content">
		<xsl:param name="row"/>
		<xsl:value-of select="$row/@name"/>
	</xsl:template>

	<xsl:template match="column[@id = 'address']" mode="content">
		<xsl:param name="row"/>
		<xsl:for-each select="$row">
			<xsl:choose>
				<xsl:when test="@link"><a class="mono" href="{@link}" target="_blank" rel="noreferrer noopener" title="[[devices.open]]"><xsl:value-of select="@realip"/></a></xsl:when>
				<xsl:when test="@realip"><span class="mono"><xsl:value-of select="@realip"/></span></xsl:when>
			</xsl:choose>
			<xsl:if test="@ip and not(@ip = @realip)">
				<xsl:text> </xsl:text><span class="second">
					<xsl:if test="@realip"><t:say key="devices.from"/><xsl:text> </xsl:text></xsl:if>
					<span class="mono"><xsl:value-of select="@ip"/></span>
				</span>
			</xsl:if>
		</xsl:for-each>
	</xsl:template>

	<xsl:template match="column[@id = 'phase']" mode="content">
		<xsl:param name="row"/>
		<xsl:for-each select="$row">
			<xsl:value-of select="@phase"/>
			<xsl:if test="@nextphase and not(@nextphase = @phase)"> → <xsl:value-of select="@nextphase"/></xsl:if>
			<xsl:if test="@settled"><span class="settled" title="[[devices.settled]]"> ✓<span class="visually-hidden"> <t:say key="devices.settled"/></span></span></xsl:if>
			<xsl:if test="@environments"><xsl:text> </xsl:text><span class="second"><xsl:value-of select="@environments"/></span></xsl:if>
		</xsl:for-each>
	</xsl:template>

	<xsl:template match="column[@id = 'seen']" mode="content">
		<xsl:param name="row"/>
		<xsl:for-each select="$row">
			<xsl:call-template name="age">
				<xsl:with-param name="at" select="@seen"/>
				<xsl:with-param name="iso" select="@seen-iso"/>
				<xsl:with-param name="never"><t:say key="devices.never"/></xsl:with-param>
			</xsl:call-template>
			<xsl:if test="@presence = 'missing'">
				<xsl:text> </xsl:text><span class="second">
					<xsl:call-template name="badge">
						<xsl:with-param name="kind" select="'bad'"/>
						<xsl:with-param name="text"><t:say key="devices.is-missing"/></xsl:with-param>
					</xsl:call-template>
				</span>
			</xsl:if>
		</xsl:for-each>
	</xsl:template>

	<xsl:template match="column[@id = 'backup']" mode="content">
		<xsl:param name="row"/>
		<xsl:for-each select="$row/backup">
			<xsl:variable name="age">
				<xsl:call-template name="age">
					<xsl:with-param name="at" select="@at"/>
					<xsl:with-param name="iso" select="@at-iso"/>
				</xsl:call-template>
			</xsl:variable>
			<xsl:choose>
				<xsl:when test="@url"><a href="{$admin}{@url}"><xsl:copy-of select="$age"/></a></xsl:when>
				<xsl:otherwise><xsl:copy-of select="$age"/></xsl:otherwise>
			</xsl:choose>
		</xsl:for-each>
	</xsl:template>

	<xsl:template match="column[@id = 'builds']" mode="content">
		<xsl:param name="row"/>
		<xsl:apply-templates select="$row/build[@has != '' or @wanted]"/>
	</xsl:template>

	<xsl:template match="build">
		<div class="build" data-build="{@kind}" data-state="{@state}">
			<span class="visually-hidden"><t:pick prefix="devices.kind." select="@kind"/><xsl:text> </xsl:text></span>
			<span class="mono"><xsl:value-of select="@has"/></span>
			<xsl:if test="@has != ''"><xsl:text> </xsl:text></xsl:if>
			<xsl:if test="@state != 'current' and @state != 'unwanted'">
				<span>
					<xsl:attribute name="class">
						<xsl:choose>
							<xsl:when test="@state = 'other'">badge warn</xsl:when>
							<xsl:otherwise>badge muted</xsl:otherwise>
						</xsl:choose>
					</xsl:attribute>
					<xsl:attribute name="title"><t:pick prefix="fleet.build." select="@state"/></xsl:attribute>
					<xsl:choose>
						<xsl:when test="@state = 'loading'">⟳ </xsl:when>
						<xsl:when test="@wanted">→ </xsl:when>
					</xsl:choose>
					<xsl:choose>
						<xsl:when test="@wanted">
							<span class="mono"><xsl:value-of select="@wanted"/></span>
							<span class="visually-hidden"><xsl:text> </xsl:text><t:pick prefix="fleet.build." select="@state"/></span>
						</xsl:when>
						<xsl:otherwise><t:pick prefix="fleet.build." select="@state"/></xsl:otherwise>
					</xsl:choose>
				</span>
			</xsl:if>
		</div>
	</xsl:template>

	<xsl:template match="column[@id = 'cert']" mode="content">
		<xsl:param name="row"/>
		<xsl:for-each select="$row/cert">
			<xsl:call-template name="badge">
				<xsl:with-param name="kind">
					<xsl:choose>
						<xsl:when test="@state = 'fine'">good</xsl:when>
						<xsl:when test="@state = 'error' or @state = 'revoked' or @state = 'expired'">bad</xsl:when>
						<xsl:when test="@state = 'approval' or @state = 'expiring' or @state = 'stranger'">warn</xsl:when>
						<xsl:otherwise>muted</xsl:otherwise>
					</xsl:choose>
				</xsl:with-param>
				<xsl:with-param name="text"><t:pick prefix="fleet.cert." select="@state"/></xsl:with-param>
			</xsl:call-template>
			<xsl:if test="@until">
				<xsl:text> </xsl:text><span class="second">
					<xsl:call-template name="moment">
						<xsl:with-param name="at" select="@until"/>
						<xsl:with-param name="iso" select="@until-iso"/>
						<xsl:with-param name="day" select="'true'"/>
					</xsl:call-template>
				</span>
			</xsl:if>
		</xsl:for-each>
	</xsl:template>

	<xsl:template match="column[@id = 'scripts']" mode="content">
		<xsl:param name="row"/>
		<xsl:for-each select="$row/scripts">
			<t:number select="@count"/>
			<xsl:text> </xsl:text><span class="second">
				<xsl:call-template name="age">
					<xsl:with-param name="at" select="@newest"/>
					<xsl:with-param name="iso" select="@newest-iso"/>
				</xsl:call-template>
			</span>
		</xsl:for-each>
	</xsl:template>

	<xsl:template match="column[@id = 'values']" mode="content">
		<xsl:param name="row"/>
		<xsl:if test="$row/show">
			<dl class="values"><xsl:apply-templates select="$row/show"/></dl>
		</xsl:if>
	</xsl:template>

	<xsl:template match="show">
		<dt title="{@query}">
			<xsl:choose>
				<xsl:when test="@title != ''"><xsl:value-of select="@title"/></xsl:when>
				<xsl:otherwise><xsl:value-of select="@query"/></xsl:otherwise>
			</xsl:choose>
		</dt>
		<dd>
			<xsl:if test="@full"><xsl:attribute name="title"><xsl:value-of select="@full"/></xsl:attribute></xsl:if>
			<xsl:if test="@error">
				<xsl:call-template name="badge">
					<xsl:with-param name="kind" select="'bad'"/>
					<xsl:with-param name="text"><t:say key="devices.value.error"/></xsl:with-param>
				</xsl:call-template>
				<xsl:text> </xsl:text>
			</xsl:if>
			<xsl:value-of select="."/>
			<xsl:if test="@full">…</xsl:if>
		</dd>
	</xsl:template>
</xsl:stylesheet>
