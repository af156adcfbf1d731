<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: ISC -->
<!-- How a device comes here; lib/pages/page_add.c makes <add>. Everything on it is a GET: nothing changes. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:t="urn:rollcall:texts">
	<xsl:import href="layout.xsl"/>

	<xsl:template match="page" mode="title"><t:say key="add.title"/></xsl:template>

	<xsl:template match="page" mode="main">
		<h1><t:say key="add.title"/></h1>
		<p><t:say key="add.intro"/></p>
		<xsl:apply-templates select="add"/>
	</xsl:template>

	<xsl:template match="add">
		<xsl:if test="@wrong">
			<div class="notice bad" role="alert" id="wrong" data-field="{@wrong}">
				<p><b><t:say key="add.wrong"/>:</b><xsl:text> </xsl:text><xsl:value-of select="@why"/></p>
			</div>
		</xsl:if>
		<xsl:if test="@here-only">
			<p class="notice warn" id="here-only"><t:say key="add.here-only"><t:with><code><xsl:value-of select="@shown-host"/></code></t:with></t:say></p>
		</xsl:if>
		<xsl:if test="@forced and not(@tls)"><p class="notice warn" id="forced"><t:say key="add.forced"/></p></xsl:if>
		<div class="add">
			<section class="card" aria-labelledby="choose-title">
				<h2 id="choose-title"><t:say key="add.choose"/></h2>
				<xsl:call-template name="choose"/>
			</section>
			<xsl:if test="@url">
				<div class="ways">
					<xsl:call-template name="url"/>
					<xsl:call-template name="script"/>
					<xsl:call-template name="apps"/>
				</div>
			</xsl:if>
		</div>
	</xsl:template>

	<!-- ==== what is chosen ==== -->

	<xsl:template name="choose">
		<form class="stack" id="choose" method="get" action="{$admin}add">
			<xsl:if test="count(environment) &gt; 1">
				<fieldset aria-describedby="env-hint">
					<legend><t:say key="add.environments"/></legend>
					<xsl:apply-templates select="environment"/>
					<p class="hint" id="env-hint">
						<t:say key="add.environments-hint"><t:with><b><xsl:value-of select="@first"/></b></t:with></t:say>
						<xsl:text> </xsl:text>
						<t:pick prefix="add.several." select="@combine"/>
					</p>
				</fieldset>
			</xsl:if>
			<label for="name"><t:say key="add.device"/></label>
			<input type="text" id="name" name="name" value="{@device}" maxlength="128" aria-describedby="name-hint">
				<xsl:call-template name="invalid"><xsl:with-param name="field" select="'name'"/></xsl:call-template>
			</input>
			<p class="hint" id="name-hint"><t:say key="add.device-hint"/></p>
			<label for="way"><t:say key="add.way"/></label>
			<select id="way" name="way"><xsl:apply-templates select="way"/></select>
			<label for="host"><t:say key="add.host"/></label>
			<input type="text" id="host" name="host" value="{@host}" placeholder="{@shown-host}" maxlength="255" spellcheck="false" aria-describedby="host-hint">
				<xsl:call-template name="invalid"><xsl:with-param name="field" select="'host'"/></xsl:call-template>
			</input>
			<p class="hint" id="host-hint"><t:say key="add.host-hint"/></p>
			<p class="actions"><button type="submit"><t:say key="add.show"/></button></p>
		</form>
	</xsl:template>

	<xsl:template name="invalid">
		<xsl:param name="field"/>
		<xsl:if test="@wrong = $field"><xsl:attribute name="aria-invalid">true</xsl:attribute></xsl:if>
	</xsl:template>

	<xsl:template match="environment">
		<div>
			<input type="checkbox" name="env" value="{@id}" id="env-{position()}">
				<xsl:if test="@chosen"><xsl:attribute name="checked">checked</xsl:attribute></xsl:if>
			</input>
			<label for="env-{position()}"><xsl:value-of select="@id"/></label>
			<xsl:if test="@implies">
				<span class="muted small"><xsl:text> </xsl:text><t:say key="add.implies"><t:with><xsl:value-of select="@implies"/></t:with></t:say></span>
			</xsl:if>
		</div>
	</xsl:template>

	<xsl:template match="way">
		<xsl:variable name="name">
			<xsl:choose>
				<xsl:when test="@scheme = 'https'">HTTPS</xsl:when>
				<xsl:otherwise>HTTP</xsl:otherwise>
			</xsl:choose>
			<xsl:if test="not(@usual)"><xsl:value-of select="concat(' (', @port, ')')"/></xsl:if>
		</xsl:variable>
		<option value="{@id}">
			<xsl:if test="@chosen"><xsl:attribute name="selected">selected</xsl:attribute></xsl:if>
			<xsl:choose>
				<xsl:when test="@mutual"><t:say key="add.way-mutual"><t:with><xsl:value-of select="$name"/></t:with></t:say></xsl:when>
				<xsl:otherwise><xsl:value-of select="$name"/></xsl:otherwise>
			</xsl:choose>
		</option>
	</xsl:template>

	<!-- ==== what comes of it ==== -->

	<xsl:template name="url">
		<section class="card" aria-labelledby="url-title">
			<h2 id="url-title"><t:say key="add.url"/></h2>
			<div class="with-code">
				<div>
					<xsl:call-template name="copied"><xsl:with-param name="id" select="'url'"/><xsl:with-param name="text" select="@url"/></xsl:call-template>
					<p><t:say key="add.url-hint"/></p>
					<p class="muted"><t:say key="add.url-why"/></p>
					<p id="result"><t:say key="add.result"><t:with><b><xsl:value-of select="@environments"/></b></t:with></t:say></p>
					<xsl:if test="@dropped">
						<p class="notice warn" id="dropped"><t:say key="add.dropped"><t:with><b><xsl:value-of select="@dropped"/></b></t:with></t:say></p>
					</xsl:if>
				</div>
				<xsl:apply-templates select="qr"><xsl:with-param name="of" select="@url"/></xsl:apply-templates>
			</div>
			<details id="reply">
				<summary><t:say key="add.reply"/></summary>
				<xsl:choose>
					<xsl:when test="reply/command">
						<pre class="code" tabindex="0"><xsl:for-each select="reply/command"><xsl:value-of select="."/><xsl:text>&#10;</xsl:text></xsl:for-each></pre>
					</xsl:when>
					<xsl:otherwise><p class="muted"><t:say key="add.reply-none"/></p></xsl:otherwise>
				</xsl:choose>
			</details>
		</section>
	</xsl:template>

	<xsl:template name="script">
		<section class="card" aria-labelledby="commands-title">
			<h2 id="commands-title"><t:say key="add.commands"/></h2>
			<p><t:say key="add.commands-hint"/></p>
			<xsl:call-template name="copied"><xsl:with-param name="id" select="'commands'"/><xsl:with-param name="text" select="commands"/></xsl:call-template>
			<p class="actions"><a class="button" id="script" href="{$admin}{@script}"><t:say key="add.download"/></a></p>
		</section>
	</xsl:template>

	<xsl:template name="apps">
		<section class="card" aria-labelledby="apps-title">
			<h2 id="apps-title"><t:say key="add.apps"/></h2>
			<p>
				<xsl:choose>
					<xsl:when test="@device != ''"><t:say key="add.apps-hint-name"><t:with><b><xsl:value-of select="@device"/></b></t:with></t:say></xsl:when>
					<xsl:otherwise><t:say key="add.apps-hint"/></xsl:otherwise>
				</xsl:choose>
			</p>
			<xsl:apply-templates select="link"/>
		</section>
	</xsl:template>

	<xsl:template match="link">
		<div class="with-code" id="app-{@id}">
			<div>
				<h3><t:pick prefix="add.link." select="@id"/></h3>
				<p><t:pick prefix="add.link-hint." select="@id"/></p>
				<xsl:call-template name="copied"><xsl:with-param name="id" select="concat('link-', @id)"/><xsl:with-param name="text" select="@url"/></xsl:call-template>
				<p><a rel="noreferrer" href="{@url}"><t:say key="add.open"/></a></p>
			</div>
			<xsl:apply-templates select="qr"><xsl:with-param name="of" select="@url"/></xsl:apply-templates>
		</div>
	</xsl:template>

	<!-- A text to be copied; rollcall.js shows the button. -->
	<xsl:template name="copied">
		<xsl:param name="id"/>
		<xsl:param name="text"/>
		<div class="copied">
			<pre class="code" id="{$id}" tabindex="0"><xsl:value-of select="$text"/></pre>
			<button type="button" class="quiet" data-copy="{$id}" data-copied="[[add.copied]]" hidden="hidden"><t:say key="add.copy"/></button>
		</div>
	</xsl:template>

	<!-- Dark on white whatever the theme is, with the quiet zone of four modules that readers need. -->
	<xsl:template match="qr">
		<xsl:param name="of"/>
		<xsl:variable name="all" select="@size + 8"/>
		<svg class="qr" role="img" viewBox="0 0 {$all} {$all}" shape-rendering="crispEdges">
			<xsl:attribute name="aria-label"><t:say key="add.qr"><t:with><xsl:value-of select="$of"/></t:with></t:say></xsl:attribute>
			<rect class="light" width="{$all}" height="{$all}"/>
			<path class="dark">
				<xsl:attribute name="d">
					<xsl:for-each select="run">
						<xsl:value-of select="concat('M', @x + 4, ' ', @y + 4, 'h', @n, 'v1h-', @n, 'z')"/>
					</xsl:for-each>
				</xsl:attribute>
			</path>
		</svg>
	</xsl:template>

	<xsl:template match="qr[@long]"><p class="notice warn"><t:say key="add.qr-long"/></p></xsl:template>
</xsl:stylesheet>
