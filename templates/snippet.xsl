<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: ISC -->
<!-- One snippet: facts, who has it, content; lib/pages/page_snippets_one.c makes <snippet>. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:t="urn:rollcall:texts">
	<xsl:import href="snippets.xsl"/>

	<xsl:template match="page" mode="title">
		<xsl:value-of select="snippet/@name"/> · <t:say key="snippets.title"/>
	</xsl:template>

	<xsl:template match="page" mode="main">
		<p class="crumbs"><a id="back" href="{$admin}snippets"><t:say key="snippet.back"/></a></p>
		<h1 class="mono name"><xsl:value-of select="snippet/@name"/></h1>
		<xsl:apply-templates select="snippet"/>
	</xsl:template>

	<xsl:template match="snippet">
		<xsl:if test="@problem">
			<div class="notice bad" role="alert" id="problem">
				<p><b><t:say key="snippet.problem"/>:</b><xsl:text> </xsl:text><xsl:value-of select="@problem"/></p>
			</div>
		</xsl:if>
		<div class="cards">
			<section class="card" aria-labelledby="facts-title">
				<h2 id="facts-title"><t:say key="snippet.facts"/></h2>
				<xsl:call-template name="facts"/>
			</section>
			<section class="card" aria-labelledby="who-title">
				<h2 id="who-title"><t:say key="snippet.who"/></h2>
				<xsl:apply-templates select="holders" mode="numbers"/>
			</section>
		</div>
		<section class="card" aria-labelledby="content-title">
			<h2 id="content-title"><t:say key="snippet.content"/></h2>
			<xsl:apply-templates select="text | unread"/>
		</section>
		<xsl:apply-templates select="holders[device]"/>
	</xsl:template>

	<xsl:template name="facts">
		<xsl:if test="@unknown or @nearest or (@level and not(@problem))"><div class="trouble"><xsl:call-template name="trouble"/></div></xsl:if>
		<dl class="facts" id="facts">
			<xsl:if test="not(@unknown)">
				<dt><t:say key="snippets.part.phase"/></dt>
				<dd><xsl:call-template name="part-phase"/></dd>
				<dt><t:say key="snippets.part.class"/></dt>
				<dd><xsl:call-template name="part-class"/></dd>
				<dt><t:say key="snippets.part.environment"/></dt>
				<dd><xsl:call-template name="part-environment"/></dd>
			</xsl:if>
			<dt><t:say key="snippets.changed"/></dt>
			<dd>
				<xsl:call-template name="age">
					<xsl:with-param name="at" select="@changed"/>
					<xsl:with-param name="iso" select="@changed-iso"/>
				</xsl:call-template>
				<xsl:call-template name="held"/>
			</dd>
			<dt><t:say key="snippets.delivered"/></dt>
			<dd id="delivered">
				<xsl:call-template name="age">
					<xsl:with-param name="at" select="@delivered"/>
					<xsl:with-param name="iso" select="@delivered-iso"/>
					<xsl:with-param name="never"><t:say key="snippets.never"/></xsl:with-param>
				</xsl:call-template>
			</dd>
			<dt><t:say key="snippets.size"/></dt>
			<dd><xsl:call-template name="size"><xsl:with-param name="bytes" select="@size"/></xsl:call-template></dd>
			<dt><t:say key="snippet.folder"/></dt>
			<dd><code><xsl:value-of select="@folder"/></code></dd>
		</dl>
	</xsl:template>

	<!-- ==== who has it ==== -->

	<xsl:template match="holders" mode="numbers">
		<xsl:choose>
			<xsl:when test="@devices = 0">
				<xsl:call-template name="empty">
					<xsl:with-param name="title"><t:say key="snippet.nobody"/></xsl:with-param>
					<xsl:with-param name="hint">
						<xsl:if test="not(../@unknown)"><t:say key="snippet.nobody-hint"/></xsl:if>
					</xsl:with-param>
				</xsl:call-template>
			</xsl:when>
			<xsl:otherwise>
				<div class="is-for">
					<a class="number" data-n="devices" href="{$admin}{../@devices-href}">
						<b><t:number select="@devices"/></b>
						<span>
							<xsl:choose>
								<xsl:when test="@devices = 1"><t:say key="snippet.is-for.one"/></xsl:when>
								<xsl:otherwise><t:say key="snippet.is-for.many"/></xsl:otherwise>
							</xsl:choose>
						</span>
					</a>
				</div>
				<table class="grid" aria-labelledby="who-title" id="who">
					<tbody>
						<tr><th scope="row"><t:say key="snippet.in-phase"/></th><td class="n" data-n="now"><t:number select="@now"/></td></tr>
						<tr><th scope="row"><t:say key="snippet.current"/></th><td class="n" data-n="current"><t:number select="@current"/></td></tr>
						<tr><th scope="row"><t:say key="snippet.other"/></th><td class="n" data-n="other"><t:number select="@other"/></td></tr>
						<tr><th scope="row"><t:say key="snippet.never"/></th><td class="n" data-n="never"><t:number select="@never"/></td></tr>
					</tbody>
				</table>
				<xsl:if test="@looked &lt; @devices">
					<p class="muted" id="looked"><t:say key="snippet.looked"><t:with><t:number select="@looked"/></t:with></t:say></p>
				</xsl:if>
			</xsl:otherwise>
		</xsl:choose>
	</xsl:template>

	<xsl:template match="holders">
		<section class="card" aria-labelledby="devices-title">
			<h2 id="devices-title"><t:say key="snippet.devices"/></h2>
			<xsl:if test="@devices &gt; count(device)">
				<p class="muted">
					<t:say key="snippet.devices-some"><t:with><t:number select="count(device)"/></t:with></t:say>
					<xsl:text> </xsl:text>
					<a href="{$admin}{../@devices-href}"><t:say key="snippet.devices-all"/></a>
				</p>
			</xsl:if>
			<div class="scroll" tabindex="0" role="region" aria-labelledby="devices-title">
				<table class="grid" id="devices" aria-labelledby="devices-title">
					<thead>
						<tr>
							<th scope="col"><t:say key="snippet.device"/></th>
							<th scope="col"><t:say key="snippet.phase"/></th>
							<th scope="col"><t:say key="snippet.seen"/></th>
							<th scope="col"><t:say key="snippet.version"/></th>
							<th scope="col"><t:say key="snippet.sent"/></th>
						</tr>
					</thead>
					<tbody><xsl:apply-templates select="device"/></tbody>
				</table>
			</div>
		</section>
	</xsl:template>

	<xsl:template match="device">
		<tr id="d-{@sn}" data-sn="{@sn}" data-has="{@has}">
			<xsl:if test="@missing"><xsl:attribute name="class">missing</xsl:attribute></xsl:if>
			<th scope="row">
				<a class="mono" href="{$admin}device?sn={@sn}"><xsl:value-of select="@sn"/></a>
				<xsl:if test="@name != ''"><br/><xsl:value-of select="@name"/></xsl:if>
				<xsl:if test="@type != ''"><xsl:text> </xsl:text><span class="muted small"><xsl:value-of select="@type"/></span></xsl:if>
			</th>
			<td>
				<xsl:value-of select="@phase"/>
				<xsl:if test="not(@now)"><br/><span class="muted small"><t:say key="snippet.not-now"/></span></xsl:if>
			</td>
			<td class="nowrap">
				<xsl:call-template name="age">
					<xsl:with-param name="at" select="@seen"/>
					<xsl:with-param name="iso" select="@seen-iso"/>
				</xsl:call-template>
				<xsl:if test="@missing">
					<xsl:text> </xsl:text>
					<xsl:call-template name="badge">
						<xsl:with-param name="kind" select="'warn'"/>
						<xsl:with-param name="text"><t:say key="snippet.missing"/></xsl:with-param>
					</xsl:call-template>
				</xsl:if>
			</td>
			<td class="nowrap">
				<xsl:call-template name="badge">
					<xsl:with-param name="kind">
						<xsl:choose>
							<xsl:when test="@has = 'current'">good</xsl:when>
							<xsl:when test="@has = 'other'">warn</xsl:when>
							<xsl:otherwise>muted</xsl:otherwise>
						</xsl:choose>
					</xsl:with-param>
					<xsl:with-param name="text"><t:pick prefix="snippet.has." select="@has"/></xsl:with-param>
				</xsl:call-template>
				<xsl:if test="@has = 'other'">
					<xsl:text> </xsl:text>
					<xsl:call-template name="moment">
						<xsl:with-param name="at" select="@version"/>
						<xsl:with-param name="iso" select="@version-iso"/>
					</xsl:call-template>
				</xsl:if>
			</td>
			<td class="nowrap">
				<xsl:call-template name="age">
					<xsl:with-param name="at" select="@sent"/>
					<xsl:with-param name="iso" select="@sent-iso"/>
					<xsl:with-param name="never"><t:say key="snippets.never"/></xsl:with-param>
				</xsl:call-template>
			</td>
		</tr>
	</xsl:template>

	<!-- ==== content ==== -->

	<xsl:template match="unread">
		<p class="notice warn" id="unread"><t:say key="snippet.unread"/>: <xsl:value-of select="."/></p>
	</xsl:template>

	<xsl:template match="text">
		<xsl:if test="not(@utf8) and not(../@problem)"><p class="notice warn" id="no-utf8"><t:say key="snippet.utf8"/></p></xsl:if>
		<xsl:choose>
			<xsl:when test="not(line)"><p class="muted"><t:say key="snippet.empty"/></p></xsl:when>
			<xsl:otherwise>
				<pre class="code numbered" id="content" tabindex="0" role="region" aria-labelledby="content-title"><xsl:apply-templates select="line"/></pre>
			</xsl:otherwise>
		</xsl:choose>
		<xsl:if test="@left"><p class="muted" id="left"><t:say key="snippet.left"><t:with><t:number select="@left"/></t:with></t:say></p></xsl:if>
	</xsl:template>

	<!-- rollcall.css counts the lines, so that what is copied is the text alone. -->
	<xsl:template match="line"><span class="line"><xsl:apply-templates/></span><xsl:text>&#10;</xsl:text></xsl:template>

	<xsl:template match="byte"><span class="byte"><xsl:value-of select="."/></span></xsl:template>
</xsl:stylesheet>
