<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: ISC -->
<!-- <fail status="404">What is wrong, and what to do.</fail> -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:t="urn:rollcall:texts">
	<xsl:import href="layout.xsl"/>

	<xsl:template match="page" mode="title">
		<t:pick prefix="fail." select="fail/@status"/>
	</xsl:template>

	<xsl:template match="page" mode="main">
		<div class="narrow" id="fail" data-status="{fail/@status}">
			<h1><t:pick prefix="fail." select="fail/@status"/></h1>
			<p class="fail-text"><xsl:value-of select="fail"/></p>
			<p class="actions">
				<xsl:choose>
					<xsl:when test="@user">
						<a class="button" href="{$admin}"><t:say key="fail.fleet"/></a>
						<a class="button" href="{$admin}devices"><t:say key="fail.devices"/></a>
					</xsl:when>
					<xsl:otherwise><a class="button" href="{$admin}sign-in"><t:say key="fail.sign-in"/></a></xsl:otherwise>
				</xsl:choose>
			</p>
			<p class="muted small"><t:say key="fail.status"><t:with><xsl:value-of select="fail/@status"/></t:with></t:say></p>
		</div>
	</xsl:template>
</xsl:stylesheet>
