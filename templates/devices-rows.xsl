<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: ISC -->
<!-- What has changed in the list of devices, for the script of the page: parts of devices.xsl, and only some rows. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
	<xsl:import href="devices.xsl"/>

	<xsl:template match="/">
		<xsl:apply-templates select="page/devices" mode="changes"/>
	</xsl:template>

	<xsl:template match="devices" mode="changes">
		<div id="devices-changes" data-now="{$page/@now}" data-matches="{@matches}">
			<xsl:if test="@matches &gt; 0">
				<xsl:call-template name="counts"/>
				<xsl:call-template name="steps"/>
				<table><xsl:call-template name="body"/></table>
			</xsl:if>
		</div>
	</xsl:template>
</xsl:stylesheet>
