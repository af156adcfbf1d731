<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: ISC -->
<!--
  What devices logged and reported (lib/pages/page_log.c). log-rows.xsl shows what came since to the script of the page
  ("log" in rollcall.js).
-->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:t="urn:rollcall:texts">
	<xsl:import href="layout.xsl"/>
	<xsl:import href="alarm.xsl"/>

	<xsl:template match="page" mode="title"><t:say key="log.title"/></xsl:template>

	<xsl:template match="page" mode="main">
		<div class="toolbar">
			<h1><t:say key="log.title"/></h1>
			<xsl:if test="log/@rows-href">
				<button type="button" class="quiet live" id="log-live" aria-pressed="true" hidden="hidden"><t:say key="log.live"/></button>
			</xsl:if>
			<span class="muted"><t:say key="log.download"/></span>
			<a class="button" id="text" href="{$admin}{log/@text-href}"><t:say key="log.as-text"/></a>
			<a class="button" id="csv" href="{$admin}{log/@csv-href}">CSV</a>
		</div>
		<xsl:apply-templates select="log" mode="form"/>
		<xsl:apply-templates select="log"/>
	</xsl:template>

	<!-- ==== what is looked for ==== -->

	<xsl:template match="log" mode="form">
		<form id="search" class="filters" method="get" action="{$admin}log" role="search">
			<label class="visually-hidden" for="kind"><t:say key="log.kind"/></label>
			<select id="kind" name="kind">
				<option value="log"><t:say key="log.kind.log"/></option>
				<option value="alarm">
					<xsl:if test="@kind = 'alarm'"><xsl:attribute name="selected">selected</xsl:attribute></xsl:if>
					<t:say key="log.kind.alarm"/>
				</option>
			</select>
			<label class="visually-hidden" for="q"><t:say key="log.search"/></label>
			<input type="search" id="q" name="q" value="{@q}" placeholder="[[log.search]]" maxlength="1000" size="22"/>
			<label class="visually-hidden" for="whose"><t:say key="log.whose"/></label>
			<input type="search" id="whose" name="whose" value="{@whose}" placeholder="[[log.whose]]" maxlength="64" size="22" autocapitalize="none" spellcheck="false"/>
			<label class="visually-hidden" for="last"><t:say key="log.last"/></label>
			<select id="last" name="last">
				<option value=""><t:say key="log.last.any"/></option>
				<xsl:for-each select="last">
					<option value="{.}">
						<xsl:if test=". = ../@last"><xsl:attribute name="selected">selected</xsl:attribute></xsl:if>
						<t:pick prefix="log.last." select="."/>
					</option>
				</xsl:for-each>
			</select>
			<span class="pair"><label for="from"><t:say key="log.from"/></label><xsl:text> </xsl:text>
				<input type="datetime-local" id="from" name="from" value="{@from}" step="1" min="1970-01-01T00:00" max="9999-12-31T23:59" aria-describedby="zone"/></span>
			<span class="pair"><label for="to"><t:say key="log.to"/></label><xsl:text> </xsl:text>
				<input type="datetime-local" id="to" name="to" value="{@to}" step="1" min="1970-01-01T00:00" max="9999-12-31T23:59" aria-describedby="zone"/></span>
			<span class="muted small" id="zone" data-local="[[log.zone-local]]"><t:say key="log.zone"/></span>
			<button type="submit" class="quiet"><t:say key="log.find"/></button>
			<xsl:if test="@narrowed"><a class="button" id="clear" href="{$admin}log?kind={@kind}"><t:say key="log.clear"/></a></xsl:if>
		</form>
	</xsl:template>

	<!-- ==== the entries ==== -->

	<xsl:template match="log">
		<xsl:if test="@problem">
			<div class="notice bad" id="problem" role="alert"><p><t:say key="log.problem"/></p><p lang="en"><xsl:value-of select="@problem"/></p></div>
		</xsl:if>
		<xsl:if test="@back">
			<p id="back"><t:say key="log.back"/><xsl:text> </xsl:text><a id="newest" href="{$admin}{@newest-href}"><t:say key="log.newest"/></a></p>
		</xsl:if>
		<div id="log-list" data-place="{@newest}">
			<xsl:if test="@rows-href"><xsl:attribute name="data-rows"><xsl:value-of select="concat($admin, @rows-href)"/></xsl:attribute></xsl:if>
			<div class="card flush">
				<xsl:choose>
					<xsl:when test="entry"><xsl:call-template name="table"/></xsl:when>
					<xsl:when test="@partial">
						<xsl:call-template name="empty"><xsl:with-param name="title"><t:say key="log.nothing-yet"/></xsl:with-param></xsl:call-template>
					</xsl:when>
					<xsl:when test="@narrowed or @back">
						<xsl:call-template name="empty">
							<xsl:with-param name="title"><t:say key="log.nothing"/></xsl:with-param>
							<xsl:with-param name="hint"><t:say key="log.nothing-hint"/></xsl:with-param>
						</xsl:call-template>
					</xsl:when>
					<xsl:otherwise>
						<xsl:call-template name="empty">
							<xsl:with-param name="title"><t:say key="log.empty"/></xsl:with-param>
							<xsl:with-param name="hint"><t:pick prefix="log.empty-hint." select="@kind"/></xsl:with-param>
						</xsl:call-template>
					</xsl:otherwise>
				</xsl:choose>
			</div>
			<p class="actions" id="log-steps">
				<xsl:if test="@partial"><span class="muted" id="partial"><t:say key="log.partial"/></span></xsl:if>
				<a class="button" id="older" rel="next" href="{$admin}{@older-href}">
					<xsl:if test="not(@older-href)"><xsl:attribute name="hidden">hidden</xsl:attribute></xsl:if>
					<xsl:choose>
						<xsl:when test="@partial"><t:say key="log.go-on"/></xsl:when>
						<xsl:otherwise><t:say key="log.older"/></xsl:otherwise>
					</xsl:choose>
				</a>
			</p>
		</div>
	</xsl:template>

	<xsl:template name="table">
		<div class="scroll" tabindex="0" role="region" aria-label="[[log.caption]]">
			<table class="grid stack" id="log">
				<caption class="visually-hidden"><t:say key="log.caption"/></caption>
				<thead>
					<tr>
						<th scope="col"><t:say key="log.column.when"/></th>
						<th scope="col"><t:say key="log.column.whose"/></th>
						<th scope="col"><t:say key="log.column.text"/></th>
					</tr>
				</thead>
				<xsl:call-template name="body"/>
			</table>
		</div>
	</xsl:template>

	<xsl:template name="body">
		<tbody id="log-rows"><xsl:apply-templates select="entry"/></tbody>
	</xsl:template>

	<xsl:template match="entry">
		<tr data-place="{@place}">
			<td class="when">
				<xsl:call-template name="moment">
					<xsl:with-param name="at" select="@at"/>
					<xsl:with-param name="iso" select="@at-iso"/>
					<xsl:with-param name="second" select="true()"/>
				</xsl:call-template>
				<xsl:if test="@clock">
					<span class="second"><t:say key="log.clock"><t:with>
						<xsl:call-template name="moment">
							<xsl:with-param name="at" select="@clock"/>
							<xsl:with-param name="iso" select="@clock-iso"/>
							<xsl:with-param name="second" select="true()"/>
						</xsl:call-template>
					</t:with></t:say></span>
				</xsl:if>
				<xsl:if test="@unset"><span class="second"><t:say key="log.unset"/></span></xsl:if>
			</td>
			<td class="whose">
				<xsl:apply-templates select="." mode="whose"/>
				<xsl:if test="string(@from) != ''"><span class="second"><xsl:value-of select="@address"/></span></xsl:if>
			</td>
			<td class="said">
				<xsl:if test="@event != '' and @event != 'syslog'"><span class="badge muted"><xsl:value-of select="@event"/></span><xsl:text> </xsl:text></xsl:if>
				<span class="text mono"><xsl:value-of select="text"/></span>
				<xsl:if test="more">
					<span class="second mono">
						<xsl:for-each select="more">
							<xsl:if test="position() &gt; 1"><xsl:text> </xsl:text></xsl:if>
							<xsl:value-of select="@name"/>=<xsl:value-of select="."/>
						</xsl:for-each>
					</span>
				</xsl:if>
			</td>
		</tr>
	</xsl:template>
</xsl:stylesheet>
