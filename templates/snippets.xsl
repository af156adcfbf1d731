<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: ISC -->
<!-- The snippet folder as a list; lib/pages/page_snippets.c makes <snippets>. snippet.xsl uses what is said of a file. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:t="urn:rollcall:texts">
	<xsl:import href="layout.xsl"/>

	<xsl:template match="page" mode="title"><t:say key="snippets.title"/></xsl:template>

	<xsl:template match="page" mode="main">
		<div class="toolbar">
			<h1><t:say key="snippets.title"/></h1>
			<form id="search" method="get" action="{$admin}snippets" role="search">
				<label class="visually-hidden" for="q"><t:say key="snippets.search"/></label>
				<input type="search" id="q" name="q" value="{snippets/@q}" placeholder="[[snippets.search]]" maxlength="255"/>
				<button type="submit" class="quiet"><t:say key="snippets.find"/></button>
				<xsl:if test="snippets/@q != ''">
					<a class="button" href="{$admin}snippets"><t:say key="snippets.all"/></a>
				</xsl:if>
			</form>
		</div>
		<xsl:apply-templates select="snippets"/>
	</xsl:template>

	<xsl:template match="snippets">
		<xsl:if test="@problem">
			<div class="notice bad" role="alert" id="folder-problem"><p><xsl:value-of select="@problem"/></p></div>
		</xsl:if>
		<!-- Ages move on by themselves; that a file is held back no longer is asked for. -->
		<div id="list" data-live="15">
			<xsl:if test="@wrong &gt; 0">
				<p class="notice warn" id="wrong" data-n="{@wrong}"><t:count key="snippets.wrong" select="@wrong"/></p>
			</xsl:if>
			<xsl:if test="@partial"><p class="notice warn" id="partial"><t:say key="snippets.partial"/></p></xsl:if>
			<xsl:choose>
				<xsl:when test="@total = 0"><xsl:call-template name="no-snippets"/></xsl:when>
				<xsl:when test="@matches = 0">
					<div class="card">
						<xsl:call-template name="empty">
							<xsl:with-param name="title"><t:say key="snippets.nothing"/></xsl:with-param>
							<xsl:with-param name="hint"><t:say key="snippets.nothing-hint"/></xsl:with-param>
						</xsl:call-template>
					</div>
				</xsl:when>
				<xsl:otherwise><xsl:call-template name="files"/></xsl:otherwise>
			</xsl:choose>
		</div>
		<xsl:if test="@total &gt; 0">
			<details class="card" id="examples">
				<summary><h2 class="inline"><t:say key="snippets.examples"/></h2></summary>
				<xsl:call-template name="examples"/>
				<xsl:call-template name="words"/>
			</details>
		</xsl:if>
	</xsl:template>

	<xsl:template name="no-snippets">
		<div class="card" id="no-snippets">
			<h2><t:say key="snippets.empty"/></h2>
			<p><t:say key="snippets.empty-hint"><t:with><code><xsl:value-of select="@folder"/></code></t:with></t:say></p>
			<xsl:call-template name="examples"/>
			<xsl:call-template name="words"/>
		</div>
	</xsl:template>

	<xsl:template name="files">
		<div class="card">
			<p class="muted">
				<t:say key="snippets.folder"><t:with><code><xsl:value-of select="@folder"/></code></t:with></t:say>
				<xsl:if test="@grace &gt; 0">
					<xsl:text> </xsl:text>
					<t:say key="snippets.grace"><t:with><t:number select="@grace"/></t:with></t:say>
				</xsl:if>
			</p>
			<div class="scroll" tabindex="0" role="region" aria-label="[[snippets.title]]">
				<table class="grid snippets" id="snippets">
					<caption class="visually-hidden"><t:say key="snippets.title"/></caption>
					<thead>
						<tr>
							<th scope="col"><t:say key="snippets.file"/></th>
							<th scope="col"><t:say key="snippets.for"/></th>
							<th scope="col" class="n"><t:say key="snippets.devices"/></th>
							<th scope="col"><t:say key="snippets.delivered"/></th>
							<th scope="col"><t:say key="snippets.changed"/></th>
							<th scope="col" class="n"><t:say key="snippets.size"/></th>
						</tr>
					</thead>
					<tbody><xsl:apply-templates select="file"/></tbody>
				</table>
			</div>
			<xsl:if test="@before-href or @after-href">
				<p class="actions">
					<span class="muted">
						<t:say key="snippets.range">
							<t:with><t:number select="@first"/></t:with>
							<t:with><t:number select="@last"/></t:with>
							<t:with><t:number select="@matches"/></t:with>
						</t:say>
					</span>
					<xsl:if test="@before-href">
						<a class="button" id="before" rel="prev" href="{$admin}{@before-href}"><t:say key="snippets.before"/></a>
					</xsl:if>
					<xsl:if test="@after-href">
						<a class="button" id="after" rel="next" href="{$admin}{@after-href}"><t:say key="snippets.after"/></a>
					</xsl:if>
				</p>
			</xsl:if>
		</div>
	</xsl:template>

	<xsl:template match="file">
		<tr data-snippet="{@name}">
			<xsl:if test="@level"><xsl:attribute name="data-level"><xsl:value-of select="@level"/></xsl:attribute></xsl:if>
			<th scope="row">
				<xsl:choose>
					<xsl:when test="$page/@operator and not(@link)">
						<a class="mono" href="{$admin}{@href}"><xsl:value-of select="@name"/></a>
					</xsl:when>
					<xsl:otherwise><span class="mono"><xsl:value-of select="@name"/></span></xsl:otherwise>
				</xsl:choose>
				<xsl:if test="@link">
					<xsl:text> </xsl:text>
					<xsl:call-template name="badge">
						<xsl:with-param name="text"><t:say key="snippets.link"/></xsl:with-param>
					</xsl:call-template>
				</xsl:if>
				<xsl:call-template name="trouble"/>
			</th>
			<td><xsl:call-template name="for-whom"/></td>
			<td class="n">
				<xsl:choose>
					<xsl:when test="@unknown">–</xsl:when>
					<xsl:otherwise>
						<a data-n="devices" href="{$admin}{@devices-href}"><t:number select="@devices"/></a>
						<xsl:if test="@devices &gt; 0 and @now != @devices">
							<br/>
							<span class="muted small" data-n="now">
								<xsl:choose>
									<xsl:when test="@now = 0"><t:say key="snippets.now-none"/></xsl:when>
									<xsl:otherwise><t:number select="@now"/><xsl:text> </xsl:text><t:say key="snippets.now"/></xsl:otherwise>
								</xsl:choose>
							</span>
						</xsl:if>
					</xsl:otherwise>
				</xsl:choose>
			</td>
			<td class="nowrap" data-n="delivered">
				<xsl:call-template name="age">
					<xsl:with-param name="at" select="@delivered"/>
					<xsl:with-param name="iso" select="@delivered-iso"/>
					<xsl:with-param name="never"><t:say key="snippets.never"/></xsl:with-param>
				</xsl:call-template>
			</td>
			<td class="nowrap">
				<xsl:call-template name="age">
					<xsl:with-param name="at" select="@changed"/>
					<xsl:with-param name="iso" select="@changed-iso"/>
				</xsl:call-template>
				<xsl:call-template name="held"/>
			</td>
			<td class="n">
				<xsl:call-template name="size"><xsl:with-param name="bytes" select="@size"/></xsl:call-template>
			</td>
		</tr>
	</xsl:template>

	<!-- ==== what is said of a file, here and on its own page ==== -->

	<!-- What is wrong with it, and what was probably meant. -->
	<xsl:template name="trouble">
		<xsl:choose>
			<xsl:when test="@problem">
				<xsl:text> </xsl:text>
				<xsl:call-template name="badge">
					<xsl:with-param name="kind" select="'bad'"/>
					<xsl:with-param name="text"><t:say key="snippets.unsent"/></xsl:with-param>
				</xsl:call-template>
				<div class="small said" data-n="problem"><xsl:value-of select="@problem"/></div>
			</xsl:when>
			<xsl:when test="@unknown">
				<xsl:text> </xsl:text>
				<xsl:call-template name="badge">
					<xsl:with-param name="kind" select="'bad'"/>
					<xsl:with-param name="text"><t:say key="snippets.level.wrong"/></xsl:with-param>
				</xsl:call-template>
			</xsl:when>
			<xsl:when test="@level = 'doubtful'">
				<xsl:text> </xsl:text>
				<xsl:call-template name="badge">
					<xsl:with-param name="kind" select="'warn'"/>
					<xsl:with-param name="text"><t:say key="snippets.level.doubtful"/></xsl:with-param>
				</xsl:call-template>
			</xsl:when>
		</xsl:choose>
		<xsl:if test="@unknown">
			<div class="small said"><t:pick prefix="snippets.unknown." select="@unknown"/></div>
		</xsl:if>
		<xsl:if test="@nearest">
			<div class="small said">
				<t:say key="snippets.nearest"><t:with><b class="mono" data-n="nearest"><xsl:value-of select="@nearest"/></b></t:with></t:say>
			</div>
		</xsl:if>
	</xsl:template>

	<xsl:template name="for-whom">
		<xsl:choose>
			<xsl:when test="@unknown"><span class="muted">–</span></xsl:when>
			<xsl:otherwise>
				<xsl:call-template name="part-phase"/><xsl:text>, </xsl:text>
				<xsl:call-template name="part-class"/><xsl:text>, </xsl:text>
				<xsl:call-template name="part-environment"/>
			</xsl:otherwise>
		</xsl:choose>
	</xsl:template>

	<xsl:template name="part-phase">
		<xsl:choose>
			<xsl:when test="@phase = 'all'"><t:say key="snippets.every.phase"/></xsl:when>
			<xsl:otherwise><xsl:value-of select="@phase"/></xsl:otherwise>
		</xsl:choose>
	</xsl:template>

	<xsl:template name="part-class">
		<xsl:choose>
			<xsl:when test="@class = 'all'"><t:say key="snippets.every.class"/></xsl:when>
			<xsl:when test="@type">
				<t:say key="snippets.type"><t:with><xsl:value-of select="@class"/></t:with></t:say>
				<span class="muted small"> (<t:say key="snippets.type-hint"/>)</span>
			</xsl:when>
			<xsl:otherwise><xsl:value-of select="@class"/></xsl:otherwise>
		</xsl:choose>
	</xsl:template>

	<xsl:template name="part-environment">
		<xsl:choose>
			<xsl:when test="@environment = 'all'"><t:say key="snippets.every.environment"/></xsl:when>
			<xsl:when test="@serial">
				<t:say key="snippets.serial"><t:with><span class="mono"><xsl:value-of select="@environment"/></span></t:with></t:say>
			</xsl:when>
			<xsl:otherwise><xsl:value-of select="@environment"/></xsl:otherwise>
		</xsl:choose>
	</xsl:template>

	<!-- It is too young to be sent (times/@grace), or even of a time to come. -->
	<xsl:template name="held">
		<xsl:if test="@future">
			<xsl:text> </xsl:text>
			<xsl:call-template name="badge">
				<xsl:with-param name="kind" select="'warn'"/>
				<xsl:with-param name="text"><t:say key="snippets.future"/></xsl:with-param>
			</xsl:call-template>
		</xsl:if>
		<xsl:if test="@free">
			<div class="small" data-n="held">
				<xsl:call-template name="badge">
					<xsl:with-param name="kind" select="'warn'"/>
					<xsl:with-param name="text"><t:say key="snippets.held"/></xsl:with-param>
				</xsl:call-template>
				<xsl:text> </xsl:text>
				<t:say key="snippets.ready"><t:with>
					<xsl:call-template name="until">
						<xsl:with-param name="at" select="@free"/>
						<xsl:with-param name="iso" select="@free-iso"/>
					</xsl:call-template>
				</t:with></t:say>
			</div>
		</xsl:if>
	</xsl:template>

	<!-- ==== how files are named ==== -->

	<xsl:template name="examples">
		<ul class="items" id="names">
			<xsl:for-each select="example">
				<li><code><xsl:value-of select="@name"/></code><xsl:text> – </xsl:text><t:pick prefix="snippets.example." select="@for"/></li>
			</xsl:for-each>
		</ul>
	</xsl:template>

	<xsl:template name="words">
		<dl class="facts">
			<dt><t:say key="snippets.words.phase"/></dt>
			<dd>
				<xsl:apply-templates select="phase" mode="word"/>
				<xsl:if test="@all-phases"><xsl:call-template name="or-all"/></xsl:if>
			</dd>
			<dt><t:say key="snippets.words.class"/></dt>
			<dd>
				<xsl:apply-templates select="class" mode="word"/>
				<xsl:if test="@all-classes"><xsl:call-template name="or-all"/></xsl:if>
			</dd>
			<dt><t:say key="snippets.words.environment"/></dt>
			<dd>
				<xsl:apply-templates select="environment" mode="word"/>
				<xsl:if test="@all-environments"><xsl:call-template name="or-all"/></xsl:if>
			</dd>
		</dl>
	</xsl:template>

	<xsl:template match="phase | class | environment" mode="word">
		<xsl:if test="position() &gt; 1">, </xsl:if>
		<code><xsl:value-of select="."/></code>
	</xsl:template>

	<xsl:template name="or-all">
		<span class="muted"><xsl:text>; </xsl:text><t:say key="snippets.words.all"/></span>
	</xsl:template>
</xsl:stylesheet>
