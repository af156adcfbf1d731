<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: ISC -->
<!--
  Asks before something is done that cannot be undone. Any page may show it: page_begin(p, "devices"), then

    <confirm key="devices-forget" action="admin/devices/act" back="admin/devices?q=x" danger="true" count="3">
      <field name="act" value="forget"/>      goes along, hidden; csrf and sure=1 go by themselves
      <item href="admin/device?sn=…" hint="…">00-90-33-30-00-af</item>       what it is about, as many as needed
      <note>A sentence in English: what the server says of this case.</note>
    </confirm>

  action, back and href are below BASE/. Texts: confirm.title.KEY, confirm.text.KEY (may be missing) and
  confirm.button.KEY; of title and button KEY.one and KEY.many, where {1} is the number, go first. `count` says how
  many there are when not all of them are items.
-->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:t="urn:rollcall:texts">
	<xsl:import href="layout.xsl"/>

	<xsl:template match="page" mode="title"><xsl:apply-templates select="confirm" mode="heading"/></xsl:template>

	<xsl:template match="confirm" mode="heading">
		<xsl:variable name="key"><xsl:call-template name="counted-key"/></xsl:variable>
		<xsl:variable name="text"><t:pick prefix="confirm.title." select="string($key)"/></xsl:variable>
		<xsl:choose>
			<xsl:when test="$text = $key"><t:pick prefix="confirm.title." select="@key"/></xsl:when>
			<xsl:otherwise><xsl:call-template name="with-count"><xsl:with-param name="text" select="string($text)"/></xsl:call-template></xsl:otherwise>
		</xsl:choose>
	</xsl:template>

	<xsl:template match="confirm" mode="button">
		<xsl:variable name="key"><xsl:call-template name="counted-key"/></xsl:variable>
		<xsl:variable name="text"><t:pick prefix="confirm.button." select="string($key)"/></xsl:variable>
		<xsl:choose>
			<xsl:when test="$text = $key">
				<xsl:variable name="count"><xsl:call-template name="how-many"/></xsl:variable>
				<t:pick prefix="confirm.button." select="@key"/>
				<xsl:if test="$count &gt; 1"><xsl:text> (</xsl:text><t:number select="$count"/><xsl:text>)</xsl:text></xsl:if>
			</xsl:when>
			<xsl:otherwise><xsl:call-template name="with-count"><xsl:with-param name="text" select="string($text)"/></xsl:call-template></xsl:otherwise>
		</xsl:choose>
	</xsl:template>

	<xsl:template name="how-many">
		<xsl:choose>
			<xsl:when test="@count"><xsl:value-of select="@count"/></xsl:when>
			<xsl:otherwise><xsl:value-of select="count(item)"/></xsl:otherwise>
		</xsl:choose>
	</xsl:template>

	<xsl:template name="counted-key">
		<xsl:variable name="count"><xsl:call-template name="how-many"/></xsl:variable>
		<xsl:value-of select="@key"/>
		<xsl:choose>
			<xsl:when test="$count = 1">.one</xsl:when>
			<xsl:otherwise>.many</xsl:otherwise>
		</xsl:choose>
	</xsl:template>

	<xsl:template name="with-count">
		<xsl:param name="text"/>
		<xsl:variable name="count"><xsl:call-template name="how-many"/></xsl:variable>
		<xsl:choose>
			<xsl:when test="contains($text, '{1}')">
				<xsl:value-of select="substring-before($text, '{1}')"/>
				<t:number select="$count"/>
				<xsl:value-of select="substring-after($text, '{1}')"/>
			</xsl:when>
			<xsl:otherwise><xsl:value-of select="$text"/></xsl:otherwise>
		</xsl:choose>
	</xsl:template>

	<xsl:template match="page" mode="main">
		<div class="narrow">
			<h1><xsl:apply-templates select="confirm" mode="heading"/></h1>
			<xsl:apply-templates select="confirm"/>
		</div>
	</xsl:template>

	<xsl:template match="confirm">
		<xsl:variable name="text"><t:pick prefix="confirm.text." select="@key"/></xsl:variable>
		<xsl:variable name="count"><xsl:call-template name="how-many"/></xsl:variable>
		<xsl:if test="$text != @key"><p><xsl:value-of select="$text"/></p></xsl:if>
		<xsl:for-each select="note"><p class="notice warn"><xsl:value-of select="."/></p></xsl:for-each>
		<xsl:if test="item">
			<ul class="items">
				<xsl:apply-templates select="item"/>
				<xsl:if test="$count &gt; count(item)">
					<li class="muted"><t:count key="confirm.more" select="$count - count(item)"/></li>
				</xsl:if>
			</ul>
		</xsl:if>
		<form id="confirm" method="post" action="{$page/@base}/{@action}">
			<xsl:call-template name="csrf"/>
			<input type="hidden" name="sure" value="1"/>
			<xsl:for-each select="field">
				<input type="hidden" name="{@name}" value="{@value}"/>
			</xsl:for-each>
			<p class="actions">
				<button type="submit" id="sure">
					<xsl:if test="@danger"><xsl:attribute name="class">danger</xsl:attribute></xsl:if>
					<xsl:apply-templates select="." mode="button"/>
				</button>
				<a class="button" id="cancel" href="{$page/@base}/{@back}"><t:say key="confirm.cancel"/></a>
			</p>
		</form>
	</xsl:template>

	<xsl:template match="item">
		<li>
			<xsl:choose>
				<xsl:when test="@href"><a href="{$page/@base}/{@href}"><xsl:value-of select="."/></a></xsl:when>
				<xsl:otherwise><xsl:value-of select="."/></xsl:otherwise>
			</xsl:choose>
			<xsl:if test="@hint"><span class="muted"> · <xsl:value-of select="@hint"/></span></xsl:if>
		</li>
	</xsl:template>
</xsl:stylesheet>
