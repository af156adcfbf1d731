<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: ISC -->
<!--
  Two backups of a device: <diff> with <a> and <b>, the two files, and <lines> with same, fold and change. A pair
  of a change has a line of each, with what both have as <text> and what one has as <mark>.
-->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:t="urn:rollcall:texts">
	<xsl:import href="layout.xsl"/>

	<xsl:variable name="diff" select="/page/diff"/>

	<xsl:template match="page" mode="title">
		<t:say key="device.diff.title"/> · <xsl:value-of select="diff/@sn"/>
	</xsl:template>

	<xsl:template match="page" mode="main">
		<xsl:apply-templates select="diff"/>
	</xsl:template>

	<xsl:template match="diff">
		<p class="crumbs">
			<a href="{$admin}devices"><t:say key="nav.devices"/></a> ›
			<a id="back" href="{$admin}{@device-url}#backups">
				<xsl:choose>
					<xsl:when test="@name != ''"><xsl:value-of select="@name"/></xsl:when>
					<xsl:otherwise><xsl:value-of select="@sn"/></xsl:otherwise>
				</xsl:choose>
			</a>
		</p>
		<h1><t:say key="device.diff.title"/></h1>
		<xsl:call-template name="chooser"/>
		<p class="toolbar">
			<a class="button" id="swap" href="{$admin}{@swap-url}"><t:say key="device.diff.swap"/></a>
			<a class="button" id="other" href="{$admin}{@other-url}">
				<xsl:choose>
					<xsl:when test="@text"><t:say key="device.diff.as-table"/></xsl:when>
					<xsl:otherwise><t:say key="device.diff.as-text"/></xsl:otherwise>
				</xsl:choose>
			</a>
		</p>
		<xsl:choose>
			<xsl:when test="lines/@identical"><p class="notice good" id="identical"><t:say key="device.diff.identical"/></p></xsl:when>
			<xsl:when test="@text"><xsl:apply-templates select="lines" mode="text"/></xsl:when>
			<xsl:otherwise><xsl:apply-templates select="lines" mode="side"/></xsl:otherwise>
		</xsl:choose>
		<xsl:if test="lines/cut"><p class="notice warn" id="cut"><t:say key="device.diff.cut"/></p></xsl:if>
	</xsl:template>

	<xsl:template name="chooser">
		<form class="toolbar" id="diff-choose" method="get" action="{$admin}device/diff">
			<input type="hidden" name="sn" value="{@sn}"/>
			<xsl:if test="@text"><input type="hidden" name="view" value="text"/></xsl:if>
			<label><t:say key="device.diff.from"/><xsl:text> </xsl:text>
				<select name="a" id="diff-a">
					<xsl:apply-templates select="backup" mode="option"><xsl:with-param name="chosen" select="a/@number"/></xsl:apply-templates>
				</select>
			</label>
			<label><t:say key="device.diff.to"/><xsl:text> </xsl:text>
				<select name="b" id="diff-b">
					<xsl:apply-templates select="backup" mode="option"><xsl:with-param name="chosen" select="b/@number"/></xsl:apply-templates>
				</select>
			</label>
			<button type="submit"><t:say key="device.diff.compare"/></button>
		</form>
	</xsl:template>

	<xsl:template match="backup" mode="option">
		<xsl:param name="chosen"/>
		<option value="{@number}">
			<xsl:if test="@number = $chosen"><xsl:attribute name="selected">selected</xsl:attribute></xsl:if>
			<xsl:value-of select="concat(@number, ' · ', substring(@stored-iso, 1, 10), ' ', substring(@stored-iso, 12, 5), ' UTC')"/>
		</option>
	</xsl:template>

	<!-- ==== side by side ==== -->

	<xsl:template match="lines" mode="side">
		<div class="diff" id="lines">
			<div class="diff-heads">
				<xsl:apply-templates select="../a" mode="head"/>
				<xsl:apply-templates select="../b" mode="head"/>
			</div>
			<xsl:apply-templates select="same[not(preceding-sibling::*[1][self::same])] | change | fold" mode="side"/>
		</div>
	</xsl:template>

	<xsl:template match="a | b" mode="head">
		<p>
			<b class="mono"><xsl:value-of select="@file"/></b><br/>
			<span class="muted">
				<xsl:call-template name="moment"><xsl:with-param name="at" select="@stored"/><xsl:with-param name="iso" select="@stored-iso"/></xsl:call-template>
				<xsl:text> · </xsl:text>
				<a href="{$admin}{@url}"><t:say key="device.backup.download"/></a>
			</span>
		</p>
	</xsl:template>

	<!-- The first of a run of unchanged lines: a table for all of them. -->
	<xsl:template match="same" mode="side">
		<table class="diff-lines" aria-label="[[device.diff.unchanged]]">
			<tbody><xsl:apply-templates select="." mode="run"/></tbody>
		</table>
	</xsl:template>

	<xsl:template match="same" mode="run">
		<xsl:apply-templates select="." mode="row"/>
		<xsl:apply-templates select="following-sibling::*[1][self::same]" mode="run"/>
	</xsl:template>

	<xsl:template match="same" mode="row">
		<tr class="kept">
			<td class="n"><xsl:value-of select="@a"/></td>
			<td class="l"><xsl:value-of select="."/></td>
			<td class="n b"><xsl:value-of select="@b"/></td>
			<td class="l b"><xsl:value-of select="."/></td>
		</tr>
	</xsl:template>

	<xsl:template match="fold" mode="side">
		<details class="fold">
			<summary><t:count key="device.diff.fold" select="@lines"/></summary>
			<table class="diff-lines" aria-label="[[device.diff.unchanged]]">
				<tbody><xsl:apply-templates select="same" mode="row"/></tbody>
			</table>
			<xsl:if test="@cut"><p class="muted"><t:say key="device.diff.fold-cut"/></p></xsl:if>
		</details>
	</xsl:template>

	<xsl:template match="change" mode="side">
		<table class="diff-lines" aria-label="[[device.diff.changed]]">
			<tbody><xsl:apply-templates select="pair" mode="side"/></tbody>
		</table>
	</xsl:template>

	<xsl:template match="pair" mode="side">
		<tr class="changed">
			<xsl:call-template name="side"><xsl:with-param name="line" select="a"/><xsl:with-param name="class">gone</xsl:with-param></xsl:call-template>
			<xsl:call-template name="side"><xsl:with-param name="line" select="b"/><xsl:with-param name="class">new</xsl:with-param></xsl:call-template>
		</tr>
	</xsl:template>

	<xsl:template name="side">
		<xsl:param name="line"/>
		<xsl:param name="class"/>
		<xsl:choose>
			<xsl:when test="$line">
				<td class="n {$class}"><xsl:value-of select="$line/@n"/></td>
				<td class="l {$class}">
					<span class="visually-hidden">
						<xsl:choose>
							<xsl:when test="$class = 'gone'"><t:say key="device.diff.removed"/></xsl:when>
							<xsl:otherwise><t:say key="device.diff.added"/></xsl:otherwise>
						</xsl:choose>
					</span>
					<xsl:apply-templates select="$line/*" mode="part"><xsl:with-param name="class" select="$class"/></xsl:apply-templates>
				</td>
			</xsl:when>
			<xsl:otherwise><td class="n none"/><td class="l none"/></xsl:otherwise>
		</xsl:choose>
	</xsl:template>

	<xsl:template match="text" mode="part"><xsl:value-of select="."/></xsl:template>
	<xsl:template match="mark" mode="part">
		<xsl:param name="class"/>
		<xsl:choose>
			<xsl:when test="$class = 'gone'"><del><xsl:value-of select="."/></del></xsl:when>
			<xsl:otherwise><ins><xsl:value-of select="."/></ins></xsl:otherwise>
		</xsl:choose>
	</xsl:template>

	<!-- ==== as text ==== -->

	<xsl:template match="lines" mode="text">
		<pre class="code" id="lines" tabindex="0">
			<xsl:text>--- </xsl:text><xsl:value-of select="../a/@file"/><xsl:text>&#10;+++ </xsl:text><xsl:value-of select="../b/@file"/><xsl:text>&#10;</xsl:text>
			<xsl:apply-templates select="*" mode="text"/>
		</pre>
	</xsl:template>

	<xsl:template match="same" mode="text"><xsl:text> </xsl:text><xsl:value-of select="."/><xsl:text>&#10;</xsl:text></xsl:template>
	<xsl:template match="fold" mode="text"><xsl:text>@@ </xsl:text><t:count key="device.diff.fold" select="@lines"/><xsl:text> @@&#10;</xsl:text></xsl:template>
	<xsl:template match="cut" mode="text"/>
	<xsl:template match="change" mode="text">
		<xsl:for-each select="pair/a">-<xsl:value-of select="."/><xsl:text>&#10;</xsl:text></xsl:for-each>
		<xsl:for-each select="pair/b">+<xsl:value-of select="."/><xsl:text>&#10;</xsl:text></xsl:for-each>
	</xsl:template>
</xsl:stylesheet>
