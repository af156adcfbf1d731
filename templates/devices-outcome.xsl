<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: ISC -->
<!-- An act on several devices of which something is to be said (lib/pages/page_devices_act.c): <outcome>. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:t="urn:rollcall:texts">
	<xsl:import href="layout.xsl"/>

	<xsl:template match="page" mode="title"><t:pick prefix="confirm.title." select="outcome/@key"/></xsl:template>

	<xsl:template match="page" mode="main">
		<xsl:apply-templates select="outcome"/>
	</xsl:template>

	<xsl:template match="outcome">
		<div class="narrow" id="outcome" data-done="{done/@count}">
			<h1><t:pick prefix="confirm.title." select="@key"/></h1>
			<p>
				<t:say key="devices.outcome">
					<t:with><b><t:number select="done/@count"/></b></t:with>
					<t:with><t:number select="@count"/></t:with>
				</t:say>
			</p>
			<xsl:if test="failed">
				<h2><t:say key="devices.outcome.failed"/></h2>
				<ul class="items" id="failed"><xsl:apply-templates select="failed"/></ul>
			</xsl:if>
			<xsl:if test="said">
				<h2><t:say key="devices.outcome.said"/></h2>
				<ul class="items" id="said"><xsl:apply-templates select="said"/></ul>
			</xsl:if>
			<p class="actions"><a class="button" id="back" href="{$admin}{@back}"><t:say key="devices.outcome.back"/></a></p>
		</div>
	</xsl:template>

	<xsl:template match="failed | said">
		<li>
			<xsl:if test="@sn">
				<xsl:attribute name="data-sn"><xsl:value-of select="@sn"/></xsl:attribute>
				<a class="mono" href="{$admin}{@url}"><xsl:value-of select="@sn"/></a>
				<xsl:text>: </xsl:text>
			</xsl:if>
			<span lang="en"><xsl:value-of select="."/></span>
		</li>
	</xsl:template>
</xsl:stylesheet>
