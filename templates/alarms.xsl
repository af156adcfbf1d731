<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: ISC -->
<!-- Alarms (lib/pages/page_alarms.c): what is asked for, the list, taking note. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:t="urn:rollcall:texts">
	<xsl:import href="layout.xsl"/>
	<xsl:import href="alarm.xsl"/>

	<xsl:template match="page" mode="title"><t:say key="alarms.title"/></xsl:template>

	<xsl:template match="page" mode="main">
		<div class="toolbar">
			<h1><t:say key="alarms.title"/></h1>
			<xsl:apply-templates select="alarms" mode="form"/>
		</div>
		<xsl:apply-templates select="alarms/of"/>
		<div id="alarms-list" data-live="10" data-matches="{alarms/@matches}">
			<xsl:apply-templates select="alarms"/>
		</div>
	</xsl:template>

	<!-- ==== what is asked for ==== -->

	<xsl:template match="alarms" mode="form">
		<form id="search" method="get" action="{$admin}alarms" role="search">
			<label class="visually-hidden" for="q"><t:say key="alarms.search"/></label>
			<input type="search" id="q" name="q" value="{@q}" placeholder="[[alarms.search]]" maxlength="1000" size="26"/>
			<label class="visually-hidden" for="show"><t:say key="alarms.show"/></label>
			<select id="show" name="show">
				<xsl:call-template name="choice">
					<xsl:with-param name="value" select="''"/><xsl:with-param name="chosen" select="@show"/>
					<xsl:with-param name="text"><t:say key="alarms.show.active"/></xsl:with-param>
				</xsl:call-template>
				<xsl:call-template name="choice">
					<xsl:with-param name="value" select="'unnoted'"/><xsl:with-param name="chosen" select="@show"/>
					<xsl:with-param name="text"><t:say key="alarms.show.unnoted"/></xsl:with-param>
				</xsl:call-template>
				<xsl:call-template name="choice">
					<xsl:with-param name="value" select="'all'"/><xsl:with-param name="chosen" select="@show"/>
					<xsl:with-param name="text"><t:say key="alarms.show.all"/></xsl:with-param>
				</xsl:call-template>
			</select>
			<label class="visually-hidden" for="severity"><t:say key="alarms.least"/></label>
			<select id="severity" name="severity">
				<xsl:call-template name="choice">
					<xsl:with-param name="value" select="''"/><xsl:with-param name="chosen" select="@severity"/>
					<xsl:with-param name="text"><t:say key="alarms.least.any"/></xsl:with-param>
				</xsl:call-template>
				<xsl:call-template name="choice">
					<xsl:with-param name="value" select="'indeterminate'"/><xsl:with-param name="chosen" select="@severity"/>
					<xsl:with-param name="text"><t:say key="alarms.least.indeterminate"/></xsl:with-param>
				</xsl:call-template>
				<xsl:call-template name="choice">
					<xsl:with-param name="value" select="'major'"/><xsl:with-param name="chosen" select="@severity"/>
					<xsl:with-param name="text"><t:say key="alarms.least.major"/></xsl:with-param>
				</xsl:call-template>
			</select>
			<xsl:if test="of"><input type="hidden" name="sn" value="{field[@name = 'sn']/@value}"/></xsl:if>
			<button type="submit" class="quiet"><t:say key="alarms.find"/></button>
		</form>
		<a class="button" id="csv" href="{$admin}{@csv-href}"><t:say key="alarms.csv"/></a>
	</xsl:template>

	<xsl:template name="choice">
		<xsl:param name="value"/>
		<xsl:param name="chosen"/>
		<xsl:param name="text"/>
		<option value="{$value}">
			<xsl:if test="$value = $chosen"><xsl:attribute name="selected">selected</xsl:attribute></xsl:if>
			<xsl:copy-of select="$text"/>
		</option>
	</xsl:template>

	<xsl:template match="of">
		<p id="of">
			<t:say key="alarms.of"><t:with><xsl:apply-templates select="." mode="whose"/></t:with></t:say>
			<xsl:text> </xsl:text>
			<a id="of-all" href="{$admin}{@without-href}"><t:say key="alarms.of-all"/></a>
		</p>
	</xsl:template>

	<!-- ==== the list ==== -->

	<xsl:template match="alarms">
		<p id="alarms-count" class="legend-line">
			<span><b data-n="active"><t:number select="@active"/></b><xsl:text> </xsl:text><t:say key="alarms.count.active"/></span>
			<span><b data-n="unnoted"><t:number select="@unnoted"/></b><xsl:text> </xsl:text><t:say key="alarms.count.unnoted"/></span>
			<xsl:if test="@q != '' or @show != '' or @severity != '' or of">
				<span><b data-n="matches"><t:number select="@matches"/></b><xsl:text> </xsl:text><t:say key="alarms.count.matches"/></span>
			</xsl:if>
		</p>
		<xsl:choose>
			<xsl:when test="alarm and $page/@operator">
				<form id="alarms-form" method="post" action="{$admin}alarms/act">
					<xsl:call-template name="csrf"/>
					<input type="hidden" name="made" value="{$page/@now}"/>
					<xsl:for-each select="field">
						<input type="hidden" name="{@name}" value="{@value}"/>
					</xsl:for-each>
					<xsl:call-template name="list"/>
					<xsl:call-template name="acts"/>
				</form>
			</xsl:when>
			<xsl:when test="alarm"><xsl:call-template name="list"/></xsl:when>
			<xsl:when test="@q != '' or @severity != '' or of">
				<div class="card"><xsl:call-template name="empty">
					<xsl:with-param name="title"><t:say key="alarms.nothing"/></xsl:with-param>
					<xsl:with-param name="hint"><t:say key="alarms.nothing-hint"/></xsl:with-param>
				</xsl:call-template></div>
			</xsl:when>
			<xsl:when test="@show = 'all'">
				<div class="card"><xsl:call-template name="empty">
					<xsl:with-param name="title"><t:say key="alarms.never"/></xsl:with-param>
					<xsl:with-param name="hint"><t:say key="alarms.never-hint"/></xsl:with-param>
				</xsl:call-template></div>
			</xsl:when>
			<xsl:otherwise>
				<div class="card" id="all-quiet"><xsl:call-template name="empty">
					<xsl:with-param name="title"><t:say key="alarms.quiet"/></xsl:with-param>
					<xsl:with-param name="hint">
						<t:say key="alarms.quiet-hint"/><xsl:text> </xsl:text>
						<a href="{$admin}alarms?show=all"><t:say key="alarms.quiet-all"/></a>
					</xsl:with-param>
				</xsl:call-template></div>
			</xsl:otherwise>
		</xsl:choose>
		<xsl:apply-templates select="steps"/>
	</xsl:template>

	<xsl:template name="list">
		<div class="card flush">
			<div class="scroll" tabindex="0" role="region" aria-label="[[alarms.caption]]">
				<table class="grid stack" id="alarms">
					<caption class="visually-hidden"><t:say key="alarms.caption"/></caption>
					<thead>
						<tr>
							<xsl:if test="$page/@operator">
								<td class="check"><input type="checkbox" data-all="alarm" aria-label="[[alarms.select-all]]" hidden="hidden"/></td>
							</xsl:if>
							<th scope="col"><t:say key="alarms.column.state"/></th>
							<th scope="col"><t:say key="alarms.column.severity"/></th>
							<th scope="col"><t:say key="alarms.column.whose"/></th>
							<th scope="col"><t:say key="alarms.column.what"/></th>
							<th scope="col"><t:say key="alarms.column.since"/></th>
							<th scope="col"><t:say key="alarms.column.last"/></th>
							<th scope="col" class="n"><t:say key="alarms.column.count"/></th>
						</tr>
					</thead>
					<tbody><xsl:apply-templates select="alarm"/></tbody>
				</table>
			</div>
		</div>
	</xsl:template>

	<xsl:template match="alarm">
		<tr id="alarm-{@key}" data-alarm="{@key}" data-state="{@state}" data-severity="{@severity}">
			<xsl:if test="$page/@operator">
				<td class="check">
					<input type="checkbox" name="alarm" value="{@value}">
						<xsl:attribute name="aria-label">
							<t:say key="alarms.select"><t:with><xsl:value-of select="@code"/></t:with><t:with><xsl:value-of select="@from"/></t:with></t:say>
						</xsl:attribute>
					</input>
				</td>
			</xsl:if>
			<td class="nowrap" data-label="[[alarms.column.state]]"><xsl:apply-templates select="." mode="state"/></td>
			<td class="nowrap" data-label="[[alarms.column.severity]]"><xsl:apply-templates select="." mode="severity"/></td>
			<td class="whose" data-label="[[alarms.column.whose]]"><xsl:apply-templates select="." mode="whose"/></td>
			<th scope="row" class="what">
				<xsl:apply-templates select="." mode="text"/>
				<span class="second">
					<span class="mono"><xsl:value-of select="@code"/></span>
					<xsl:if test="@source"> · <xsl:value-of select="@source"/></xsl:if>
					<xsl:if test="@address"> · <xsl:value-of select="@address"/></xsl:if>
					<xsl:if test="@log-href"> · <a href="{$admin}{@log-href}"><t:say key="alarms.log"/></a></xsl:if>
				</span>
				<xsl:if test="details">
					<details>
						<summary><t:say key="alarms.details"/></summary>
						<pre class="code wrap"><xsl:value-of select="details"/></pre>
					</details>
				</xsl:if>
				<xsl:apply-templates select="." mode="noted"/>
			</th>
			<td class="since" data-label="[[alarms.column.since]]">
				<xsl:choose>
					<xsl:when test="@raised">
						<xsl:call-template name="moment">
							<xsl:with-param name="at" select="@raised"/><xsl:with-param name="iso" select="@raised-iso"/>
						</xsl:call-template>
						<span class="second"><xsl:call-template name="age">
							<xsl:with-param name="at" select="@raised"/><xsl:with-param name="iso" select="@raised-iso"/>
						</xsl:call-template></span>
					</xsl:when>
					<xsl:otherwise>
						<xsl:call-template name="moment">
							<xsl:with-param name="at" select="@first"/><xsl:with-param name="iso" select="@first-iso"/>
						</xsl:call-template>
						<xsl:if test="@cleared">
							<span class="second"><t:say key="alarms.cleared"><t:with><xsl:call-template name="age">
								<xsl:with-param name="at" select="@cleared"/><xsl:with-param name="iso" select="@cleared-iso"/>
							</xsl:call-template></t:with></t:say></span>
						</xsl:if>
					</xsl:otherwise>
				</xsl:choose>
			</td>
			<td data-label="[[alarms.column.last]]">
				<xsl:call-template name="age">
					<xsl:with-param name="at" select="@last"/><xsl:with-param name="iso" select="@last-iso"/>
				</xsl:call-template>
			</td>
			<td class="n" data-label="[[alarms.column.count]]"><t:number select="@count"/></td>
		</tr>
	</xsl:template>

	<!-- ==== taking note ==== -->

	<xsl:template name="acts">
		<div class="actions sticky" id="alarms-acts" role="group" aria-label="[[alarms.acts]]">
			<label for="note"><t:say key="alarms.note"/></label>
			<input type="text" id="note" name="note" maxlength="250" placeholder="[[alarms.note-example]]" autocomplete="off"/>
			<button type="submit" name="act" value="note"><t:say key="alarms.do-note"/></button>
			<button type="submit" class="quiet" name="act" value="unnote"><t:say key="alarms.do-unnote"/></button>
			<xsl:if test="@matches &gt; count(alarm)">
				<label class="matching"><input type="checkbox" id="matching" name="matching" value="1"/><t:count key="alarms.matching" select="@matches"/></label>
			</xsl:if>
		</div>
	</xsl:template>

	<xsl:template match="steps">
		<nav id="alarms-steps" class="actions" aria-label="[[alarms.steps]]">
			<xsl:if test="@newer-href"><a class="button" id="newer" rel="prev" href="{$admin}{@newer-href}"><t:say key="alarms.before"/></a></xsl:if>
			<span><t:say key="alarms.page"><t:with><t:number select="@page"/></t:with><t:with><t:number select="@pages"/></t:with></t:say></span>
			<xsl:if test="@older-href"><a class="button" id="older" rel="next" href="{$admin}{@older-href}"><t:say key="alarms.next"/></a></xsl:if>
		</nav>
	</xsl:template>
</xsl:stylesheet>
