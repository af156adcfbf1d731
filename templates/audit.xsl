<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: ISC -->
<!-- Who did what, when; lib/pages/page_audit.c makes <audit>. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:t="urn:rollcall:texts">
	<xsl:import href="layout.xsl"/>

	<xsl:template match="page" mode="title"><t:say key="audit.title"/></xsl:template>

	<xsl:template match="page" mode="main">
		<div class="toolbar">
			<h1><t:say key="audit.title"/></h1>
			<xsl:apply-templates select="audit" mode="form"/>
		</div>
		<xsl:apply-templates select="audit"/>
	</xsl:template>

	<xsl:template match="audit" mode="form">
		<form id="search" method="get" action="{$admin}audit" role="search">
			<label class="visually-hidden" for="q"><t:say key="audit.search"/></label>
			<input type="search" id="q" name="q" value="{@q}" placeholder="[[audit.search]]" maxlength="1000" size="30"/>
			<label class="visually-hidden" for="kind"><t:say key="audit.kind"/></label>
			<select id="kind" name="kind">
				<option value=""><t:say key="audit.any"/></option>
				<xsl:apply-templates select="kind"/>
			</select>
			<label class="visually-hidden" for="who"><t:say key="audit.whose"/></label>
			<select id="who" name="who">
				<option value=""><t:say key="audit.everybody"/></option>
				<option value="people">
					<xsl:if test="@who = 'people'"><xsl:attribute name="selected">selected</xsl:attribute></xsl:if>
					<t:say key="audit.people"/>
				</option>
			</select>
			<label for="from"><t:say key="audit.from"/></label>
			<input type="date" id="from" name="from" value="{@from}" min="1970-01-01" max="9999-12-31" placeholder="YYYY-MM-DD" size="10" aria-describedby="days-hint"/>
			<label for="to"><t:say key="audit.to"/></label>
			<input type="date" id="to" name="to" value="{@to}" min="1970-01-01" max="9999-12-31" placeholder="YYYY-MM-DD" size="10" aria-describedby="days-hint"/>
			<span class="muted small" id="days-hint"><t:say key="audit.days"/></span>
			<button type="submit" class="quiet"><t:say key="audit.find"/></button>
		</form>
		<a class="button" id="csv" href="{$admin}{@csv-href}"><t:say key="audit.csv"/></a>
	</xsl:template>

	<xsl:template match="kind">
		<option value="{.}">
			<xsl:if test=". = ../@kind"><xsl:attribute name="selected">selected</xsl:attribute></xsl:if>
			<xsl:call-template name="what"><xsl:with-param name="what" select="."/></xsl:call-template>
		</option>
	</xsl:template>

	<!-- What was done, in words: "csr sign" has the key audit.what.csr-sign. -->
	<xsl:template name="what">
		<xsl:param name="what"/>
		<xsl:variable name="key" select="translate($what, ' ', '-')"/>
		<xsl:variable name="text"><t:pick prefix="audit.what." select="$key"/></xsl:variable>
		<xsl:choose>
			<xsl:when test="$text = $key"><xsl:value-of select="$what"/></xsl:when>
			<xsl:otherwise><xsl:value-of select="$text"/></xsl:otherwise>
		</xsl:choose>
	</xsl:template>

	<xsl:template match="audit">
		<xsl:if test="@before">
			<p id="before">
				<t:say key="audit.before"><t:with>
					<xsl:call-template name="moment">
						<xsl:with-param name="at" select="@before"/>
						<xsl:with-param name="iso" select="@before-iso"/>
						<xsl:with-param name="second" select="true()"/>
					</xsl:call-template>
				</t:with></t:say>
				<xsl:text> </xsl:text>
				<a id="newest" href="{$admin}{@newest-href}"><t:say key="audit.newest"/></a>
			</p>
		</xsl:if>
		<div class="card">
			<xsl:choose>
				<xsl:when test="entry"><xsl:call-template name="entries"/></xsl:when>
				<xsl:when test="@partial">
					<xsl:call-template name="empty"><xsl:with-param name="title"><t:say key="audit.nothing-yet"/></xsl:with-param></xsl:call-template>
				</xsl:when>
				<xsl:when test="@q != '' or @kind != '' or @who or @from or @to or @before">
					<xsl:call-template name="empty">
						<xsl:with-param name="title"><t:say key="audit.nothing"/></xsl:with-param>
						<xsl:with-param name="hint"><t:say key="audit.nothing-hint"/></xsl:with-param>
					</xsl:call-template>
				</xsl:when>
				<xsl:otherwise>
					<xsl:call-template name="empty">
						<xsl:with-param name="title"><t:say key="audit.empty"/></xsl:with-param>
						<xsl:with-param name="hint"><t:say key="audit.empty-hint"/></xsl:with-param>
					</xsl:call-template>
				</xsl:otherwise>
			</xsl:choose>
			<xsl:if test="@hidden"><p class="notice warn" id="hidden"><t:say key="audit.hidden"><t:with><t:number select="@hidden"/></t:with></t:say></p></xsl:if>
			<xsl:if test="@partial">
				<p class="muted" id="partial">
					<t:count key="audit.partial" select="@looked"><t:with>
						<xsl:call-template name="moment">
							<xsl:with-param name="at" select="@last"/>
							<xsl:with-param name="iso" select="@last-iso"/>
							<xsl:with-param name="second" select="true()"/>
						</xsl:call-template>
					</t:with></t:count>
				</p>
			</xsl:if>
			<xsl:if test="@older-href">
				<p class="actions">
					<a class="button" id="older" rel="next" href="{$admin}{@older-href}">
						<xsl:choose>
							<xsl:when test="@partial"><t:say key="audit.go-on"/></xsl:when>
							<xsl:otherwise><t:say key="audit.older"/></xsl:otherwise>
						</xsl:choose>
					</a>
				</p>
			</xsl:if>
		</div>
	</xsl:template>

	<xsl:template name="entries">
		<div class="scroll" tabindex="0" role="region" aria-label="[[audit.caption]]">
			<table class="grid stack" id="audit">
				<caption class="visually-hidden"><t:say key="audit.caption"/></caption>
				<thead>
					<tr>
						<th scope="col"><t:say key="audit.time"/></th>
						<th scope="col"><t:say key="audit.who"/></th>
						<th scope="col"><t:say key="audit.what"/></th>
						<th scope="col"><t:say key="audit.device"/></th>
						<th scope="col"><t:say key="audit.text"/></th>
					</tr>
				</thead>
				<tbody><xsl:apply-templates select="entry"/></tbody>
			</table>
		</div>
	</xsl:template>

	<xsl:template match="entry">
		<tr data-what="{@what}">
			<td class="nowrap">
				<xsl:call-template name="moment">
					<xsl:with-param name="at" select="@time"/>
					<xsl:with-param name="iso" select="@time-iso"/>
					<xsl:with-param name="second" select="true()"/>
				</xsl:call-template>
			</td>
			<td class="who-did"><xsl:value-of select="@who"/></td>
			<td class="did" title="{@what}"><xsl:call-template name="what"><xsl:with-param name="what" select="@what"/></xsl:call-template></td>
			<td class="nowrap">
				<xsl:if test="@sn"><a class="mono" href="{$admin}device?sn={@sn}"><xsl:value-of select="@sn"/></a></xsl:if>
			</td>
			<td class="exactly"><xsl:apply-templates select="node()" mode="exactly"/></td>
		</tr>
	</xsl:template>

	<xsl:template match="digest" mode="exactly">
		<details class="digest">
			<summary class="mono"><xsl:value-of select="concat(substring(., 1, 8), '…')"/></summary>
			<span class="mono"><xsl:value-of select="."/></span>
		</details>
	</xsl:template>
</xsl:stylesheet>
