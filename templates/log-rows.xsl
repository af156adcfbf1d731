<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: ISC -->
<!-- What was logged since, for the script of the page: rows of log.xsl. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
	<xsl:import href="log.xsl"/>

	<xsl:template match="/">
		<xsl:apply-templates select="page/log" mode="changes"/>
	</xsl:template>

	<xsl:template match="log" mode="changes">
		<div id="log-changes" data-now="{$page/@now}" data-place="{@newest}">
			<xsl:if test="@more"><xsl:attribute name="data-more">true</xsl:attribute></xsl:if>
			<table><xsl:call-template name="body"/></table>
		</div>
	</xsl:template>
</xsl:stylesheet>
