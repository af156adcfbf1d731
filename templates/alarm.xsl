<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: ISC -->
<!-- What all pages show of an <alarm> (lib/pages/page_alarms_rows.c), and of a device that logs or raises alarms. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:t="urn:rollcall:texts">

	<xsl:template match="alarm" mode="severity">
		<xsl:call-template name="badge">
			<xsl:with-param name="kind">
				<xsl:choose>
					<xsl:when test="@state = 'over' or @state = 'event'">muted</xsl:when>
					<xsl:when test="@severity = 'major'">bad</xsl:when>
					<xsl:when test="@severity = 'indeterminate'">warn</xsl:when>
					<xsl:otherwise>muted</xsl:otherwise>
				</xsl:choose>
			</xsl:with-param>
			<xsl:with-param name="text"><t:pick prefix="alarms.severity." select="@severity"/></xsl:with-param>
		</xsl:call-template>
	</xsl:template>

	<xsl:template match="alarm" mode="state">
		<xsl:call-template name="badge">
			<xsl:with-param name="kind">
				<xsl:choose>
					<xsl:when test="@state = 'active'">bad</xsl:when>
					<xsl:when test="@state = 'noted'">warn</xsl:when>
					<xsl:when test="@state = 'over'">good</xsl:when>
					<xsl:otherwise>muted</xsl:otherwise>
				</xsl:choose>
			</xsl:with-param>
			<xsl:with-param name="text"><t:pick prefix="alarms.state." select="@state"/></xsl:with-param>
		</xsl:call-template>
	</xsl:template>

	<!-- Whose it is: the server's own, of a device that is known, or what somebody calls himself. -->
	<xsl:template match="*" mode="whose">
		<xsl:choose>
			<xsl:when test="@own"><b><t:say key="alarms.server"/></b></xsl:when>
			<xsl:when test="@device-href">
				<a href="{$admin}{@device-href}">
					<xsl:choose>
						<xsl:when test="@name"><xsl:value-of select="@name"/></xsl:when>
						<xsl:otherwise><span class="mono"><xsl:value-of select="@from"/></span></xsl:otherwise>
					</xsl:choose>
				</a>
				<xsl:if test="@name"><span class="second mono"><xsl:value-of select="@from"/></span></xsl:if>
			</xsl:when>
			<xsl:when test="string(@from) != ''"><span class="mono"><xsl:value-of select="@from"/></span></xsl:when>
			<xsl:otherwise><span class="mono"><xsl:value-of select="@address"/></span></xsl:otherwise>
		</xsl:choose>
	</xsl:template>

	<!-- What it says; without a text its code. -->
	<xsl:template match="alarm" mode="text">
		<xsl:choose>
			<xsl:when test="@own"><span lang="en"><xsl:value-of select="@text"/></span></xsl:when>
			<xsl:when test="string(@text) != ''"><xsl:value-of select="@text"/></xsl:when>
			<xsl:otherwise><span class="mono"><xsl:value-of select="@code"/></span></xsl:otherwise>
		</xsl:choose>
	</xsl:template>

	<!-- Who has taken note of it. -->
	<xsl:template match="alarm" mode="noted">
		<xsl:if test="@acked">
			<div class="noted">
				<xsl:if test="string(@note) != ''"><span class="note"><xsl:value-of select="@note"/></span><xsl:text> </xsl:text></xsl:if>
				<span class="muted small">
					<t:say key="alarms.noted-by">
						<t:with><span lang="en"><xsl:value-of select="@acked-by"/></span></t:with>
						<t:with>
							<xsl:call-template name="age">
								<xsl:with-param name="at" select="@acked"/>
								<xsl:with-param name="iso" select="@acked-iso"/>
							</xsl:call-template>
						</t:with>
					</t:say>
				</span>
			</div>
		</xsl:if>
	</xsl:template>

	<!-- A row of a short list of active ones. -->
	<xsl:template match="alarm" mode="short">
		<tr data-alarm="{@key}" data-state="{@state}">
			<td class="nowrap"><xsl:apply-templates select="." mode="severity"/></td>
			<td class="whose"><xsl:apply-templates select="." mode="whose"/></td>
			<th scope="row" class="what">
				<xsl:apply-templates select="." mode="text"/>
				<xsl:apply-templates select="." mode="noted"/>
			</th>
			<td class="n">
				<xsl:call-template name="age">
					<xsl:with-param name="at" select="@raised"/>
					<xsl:with-param name="iso" select="@raised-iso"/>
				</xsl:call-template>
			</td>
		</tr>
	</xsl:template>
</xsl:stylesheet>
