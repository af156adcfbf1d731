<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: ISC -->
<!--
  The frame of every page. A page imports this and has two templates:

    match="page" mode="title"   text only: what stands in the tab of the browser
    match="page" mode="main"    what stands in <main>; it begins with the h1

  For all of them: age, until, moment, badge, size, number, csrf, empty; below, each with what it takes.
-->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:t="urn:rollcall:texts">
	<xsl:output method="html" encoding="UTF-8" doctype-system="about:legacy-compat" indent="no"/>
	<xsl:decimal-format name="n" decimal-separator="[[number.point]]" grouping-separator="[[number.group]]"/>

	<xsl:variable name="page" select="/page"/>
	<xsl:variable name="admin" select="concat(/page/@base, '/admin/')"/>

	<xsl:template match="/">
		<xsl:apply-templates select="page"/>
	</xsl:template>

	<!-- rollcall.js says ages anew in the words that stand here. -->
	<xsl:template match="page">
		<html lang="{@language}" data-now="{@now}"
			data-ago-s="[[ago.s]]" data-ago-min="[[ago.min]]" data-ago-h="[[ago.h]]"
			data-ago-day="[[ago.day]]" data-ago-days="[[ago.days]]"
			data-in-s="[[in.s]]" data-in-min="[[in.min]]" data-in-h="[[in.h]]"
			data-in-day="[[in.day]]" data-in-days="[[in.days]]">
			<head>
				<meta name="viewport" content="width=device-width, initial-scale=1"/>
				<meta name="color-scheme" content="light dark"/>
				<title><xsl:apply-templates select="." mode="title"/> · Rollcall</title>
				<link rel="icon" type="image/svg+xml" href="{@base}/web/[[@icon.svg]]"/>
				<link rel="stylesheet" href="{@base}/web/[[@rollcall.css]]"/>
				<script src="{@base}/web/[[@rollcall.js]]" defer="defer"/>
			</head>
			<body class="page-{@name}">
				<a class="skip" href="#main"><t:say key="frame.skip"/></a>
				<header class="top">
					<a class="brand" href="{$admin}">
						<img src="{@base}/web/[[@icon.svg]]" alt="" width="24" height="24"/>
						<span>Rollcall</span>
					</a>
					<xsl:if test="@user"><xsl:call-template name="navigation"/></xsl:if>
					<div class="who">
						<xsl:call-template name="who"/>
					</div>
				</header>
				<main id="main" tabindex="-1">
					<!-- The page of the configuration says itself what is wrong with it. -->
					<xsl:apply-templates select="notice[not(@key = 'configuration-bad' and $page/@name = 'configuration')]"/>
					<xsl:apply-templates select="." mode="main"/>
				</main>
				<footer>
					<span>Rollcall <xsl:value-of select="@version"/></span>
					<span id="live" role="status" data-on="[[frame.live]]" data-off="[[frame.live-off]]"
						data-out="[[frame.live-out]]"/>
					<span>
						<t:say key="frame.made"><t:with>
							<xsl:call-template name="moment">
								<xsl:with-param name="at" select="@now"/>
								<xsl:with-param name="iso" select="@now-iso"/>
							</xsl:call-template>
						</t:with></t:say>
					</span>
				</footer>
			</body>
		</html>
	</xsl:template>

	<!-- ==== the header ==== -->

	<xsl:template name="navigation">
		<nav class="pages" aria-label="[[frame.pages]]">
			<xsl:call-template name="nav-link">
				<xsl:with-param name="names" select="' fleet '"/>
				<xsl:with-param name="text"><t:say key="nav.fleet"/></xsl:with-param>
			</xsl:call-template>
			<xsl:call-template name="nav-link">
				<xsl:with-param name="path" select="'devices'"/>
				<xsl:with-param name="names" select="' devices device device-plan device-diff '"/>
				<xsl:with-param name="text"><t:say key="nav.devices"/></xsl:with-param>
			</xsl:call-template>
			<xsl:call-template name="nav-link">
				<xsl:with-param name="path" select="'alarms'"/>
				<xsl:with-param name="names" select="' alarms '"/>
				<xsl:with-param name="text"><t:say key="nav.alarms"/></xsl:with-param>
			</xsl:call-template>
			<xsl:call-template name="nav-link">
				<xsl:with-param name="path" select="'log'"/>
				<xsl:with-param name="names" select="' log '"/>
				<xsl:with-param name="text"><t:say key="nav.log"/></xsl:with-param>
			</xsl:call-template>
			<xsl:call-template name="nav-link">
				<xsl:with-param name="path" select="'snippets'"/>
				<xsl:with-param name="names" select="' snippets snippet '"/>
				<xsl:with-param name="text"><t:say key="nav.snippets"/></xsl:with-param>
			</xsl:call-template>
			<xsl:call-template name="nav-link">
				<xsl:with-param name="path" select="'configuration'"/>
				<xsl:with-param name="names" select="' configuration '"/>
				<xsl:with-param name="text"><t:say key="nav.configuration"/></xsl:with-param>
			</xsl:call-template>
			<xsl:call-template name="nav-link">
				<xsl:with-param name="path" select="'add'"/>
				<xsl:with-param name="names" select="' add '"/>
				<xsl:with-param name="text"><t:say key="nav.add"/></xsl:with-param>
			</xsl:call-template>
			<xsl:call-template name="nav-link">
				<xsl:with-param name="path" select="'status'"/>
				<xsl:with-param name="names" select="' status '"/>
				<xsl:with-param name="text"><t:say key="nav.status"/></xsl:with-param>
			</xsl:call-template>
			<xsl:call-template name="nav-link">
				<xsl:with-param name="path" select="'statistics'"/>
				<xsl:with-param name="names" select="' statistics '"/>
				<xsl:with-param name="text"><t:say key="nav.statistics"/></xsl:with-param>
			</xsl:call-template>
			<xsl:call-template name="nav-link">
				<xsl:with-param name="path" select="'audit'"/>
				<xsl:with-param name="names" select="' audit '"/>
				<xsl:with-param name="text"><t:say key="nav.audit"/></xsl:with-param>
			</xsl:call-template>
			<xsl:call-template name="nav-link">
				<xsl:with-param name="path" select="'users'"/>
				<xsl:with-param name="names" select="' users '"/>
				<xsl:with-param name="text"><t:say key="nav.users"/></xsl:with-param>
			</xsl:call-template>
		</nav>
	</xsl:template>

	<!-- `names`: of the pages that belong to it, each with a blank on both sides. -->
	<xsl:template name="nav-link">
		<xsl:param name="path"/>
		<xsl:param name="names"/>
		<xsl:param name="text"/>
		<a href="{$admin}{$path}">
			<xsl:if test="contains($names, concat(' ', $page/@name, ' '))">
				<xsl:attribute name="aria-current">page</xsl:attribute>
			</xsl:if>
			<xsl:value-of select="$text"/>
		</a>
	</xsl:template>

	<xsl:template name="who">
		<xsl:if test="@user">
			<span class="user">
				<b id="user"><xsl:value-of select="@user"/></b>
				<xsl:text> </xsl:text>
				<span class="role" id="role"><t:pick prefix="role." select="@role"/></span>
			</span>
		</xsl:if>
		<xsl:if test="@here != ''">
			<span class="languages">
				<xsl:apply-templates select="language" mode="switch"/>
			</span>
		</xsl:if>
		<xsl:if test="@user">
			<form id="sign-out" method="post" action="{$admin}sign-out">
				<xsl:call-template name="csrf"/>
				<button type="submit" class="quiet"><t:say key="frame.sign-out"/></button>
			</form>
		</xsl:if>
	</xsl:template>

	<!-- The languages that this one is not. -->
	<xsl:template match="language" mode="switch">
		<xsl:variable name="here" select="../@here"/>
		<xsl:if test=". != ../@language">
			<a hreflang="{.}" lang="{.}">
				<xsl:attribute name="href">
					<xsl:value-of select="$here"/>
					<xsl:choose>
						<xsl:when test="contains($here, '?')">&amp;lang=</xsl:when>
						<xsl:otherwise>?lang=</xsl:otherwise>
					</xsl:choose>
					<xsl:value-of select="."/>
				</xsl:attribute>
				<t:pick prefix="language." select="."/>
			</a>
		</xsl:if>
	</xsl:template>

	<!--
	  <notice kind="good|warn|bad" key="…">particulars</notice>. What was done stands in the address of a page, so
	  anybody may have written it: only what the catalogue knows is shown.
	-->
	<xsl:template match="notice">
		<xsl:variable name="done" select="substring-after(@key, 'done.')"/>
		<xsl:variable name="text">
			<xsl:choose>
				<xsl:when test="$done != ''"><t:pick prefix="done." select="$done"/></xsl:when>
				<xsl:when test="@key"><t:pick prefix="notice." select="@key"/></xsl:when>
			</xsl:choose>
		</xsl:variable>
		<xsl:if test="$done = '' or $text != $done">
			<div class="notice {@kind}">
				<xsl:attribute name="role">
					<xsl:choose>
						<xsl:when test="@kind = 'bad'">alert</xsl:when>
						<xsl:otherwise>status</xsl:otherwise>
					</xsl:choose>
				</xsl:attribute>
				<xsl:if test="@key"><xsl:attribute name="data-notice"><xsl:value-of select="@key"/></xsl:attribute></xsl:if>
				<xsl:if test="$text != ''">
					<p>
						<xsl:value-of select="$text"/>
						<xsl:if test="@key = 'configuration-bad'">
							<xsl:text> </xsl:text>
							<a href="{$admin}configuration"><t:say key="frame.configuration-look"/></a>
						</xsl:if>
					</p>
				</xsl:if>
				<xsl:if test=". != ''"><p><xsl:value-of select="."/></p></xsl:if>
			</div>
		</xsl:if>
	</xsl:template>

	<!-- ==== moments ==== -->

	<!-- How long ago: `at` and `iso` as doc_time() writes them; nothing known: a dash, or `never`. -->
	<xsl:template name="age">
		<xsl:param name="at"/>
		<xsl:param name="iso"/>
		<xsl:param name="never" select="'–'"/>
		<xsl:choose>
			<xsl:when test="$at != ''">
				<time datetime="{$iso}" data-at="{$at}" data-show="span">
					<xsl:attribute name="title">
						<xsl:call-template name="utc"><xsl:with-param name="iso" select="$iso"/></xsl:call-template>
					</xsl:attribute>
					<xsl:call-template name="span">
						<xsl:with-param name="seconds" select="$page/@now - $at"/>
					</xsl:call-template>
				</time>
			</xsl:when>
			<xsl:otherwise><span class="muted"><xsl:value-of select="$never"/></span></xsl:otherwise>
		</xsl:choose>
	</xsl:template>

	<!-- The same of a moment to come. -->
	<xsl:template name="until">
		<xsl:param name="at"/>
		<xsl:param name="iso"/>
		<xsl:param name="never" select="'–'"/>
		<xsl:call-template name="age">
			<xsl:with-param name="at" select="$at"/>
			<xsl:with-param name="iso" select="$iso"/>
			<xsl:with-param name="never" select="$never"/>
		</xsl:call-template>
	</xsl:template>

	<!-- Date and time of day; with day="true" the date only, with second="true" to the second. -->
	<xsl:template name="moment">
		<xsl:param name="at"/>
		<xsl:param name="iso"/>
		<xsl:param name="day"/>
		<xsl:param name="second"/>
		<xsl:param name="never" select="'–'"/>
		<xsl:choose>
			<xsl:when test="$at != ''">
				<time datetime="{$iso}" data-at="{$at}">
					<xsl:attribute name="data-show">
						<xsl:choose>
							<xsl:when test="$day != ''">day</xsl:when>
							<xsl:when test="$second != ''">second</xsl:when>
							<xsl:otherwise>moment</xsl:otherwise>
						</xsl:choose>
					</xsl:attribute>
					<xsl:attribute name="title">
						<xsl:call-template name="utc"><xsl:with-param name="iso" select="$iso"/></xsl:call-template>
					</xsl:attribute>
					<xsl:value-of select="substring($iso, 1, 10)"/>
					<xsl:if test="not($day != '')">
						<xsl:value-of select="concat(' ', substring($iso, 12, 5 + 3 * ($second != '')), ' UTC')"/>
					</xsl:if>
				</time>
			</xsl:when>
			<xsl:otherwise><span class="muted"><xsl:value-of select="$never"/></span></xsl:otherwise>
		</xsl:choose>
	</xsl:template>

	<xsl:template name="utc">
		<xsl:param name="iso"/>
		<xsl:value-of select="concat(substring($iso, 1, 10), ' ', substring($iso, 12, 8), ' UTC')"/>
	</xsl:template>

	<!-- "3 min ago", or "in 3 min" where it is negative. rollcall.js knows the same limits. -->
	<xsl:template name="span">
		<xsl:param name="seconds"/>
		<xsl:choose>
			<xsl:when test="$seconds &lt; 0">
				<xsl:variable name="s" select="-$seconds"/>
				<xsl:choose>
					<xsl:when test="$s &lt; 60"><t:say key="in.s"><t:with><xsl:value-of select="$s"/></t:with></t:say></xsl:when>
					<xsl:when test="$s &lt; 3600"><t:say key="in.min"><t:with><xsl:value-of select="floor($s div 60)"/></t:with></t:say></xsl:when>
					<xsl:when test="$s &lt; 86400"><t:say key="in.h"><t:with><xsl:value-of select="floor($s div 3600)"/></t:with></t:say></xsl:when>
					<xsl:when test="$s &lt; 172800"><t:say key="in.day"/></xsl:when>
					<xsl:otherwise><t:say key="in.days"><t:with><t:number select="floor($s div 86400)"/></t:with></t:say></xsl:otherwise>
				</xsl:choose>
			</xsl:when>
			<xsl:when test="$seconds &lt; 60"><t:say key="ago.s"><t:with><xsl:value-of select="$seconds"/></t:with></t:say></xsl:when>
			<xsl:when test="$seconds &lt; 3600"><t:say key="ago.min"><t:with><xsl:value-of select="floor($seconds div 60)"/></t:with></t:say></xsl:when>
			<xsl:when test="$seconds &lt; 86400"><t:say key="ago.h"><t:with><xsl:value-of select="floor($seconds div 3600)"/></t:with></t:say></xsl:when>
			<xsl:when test="$seconds &lt; 172800"><t:say key="ago.day"/></xsl:when>
			<xsl:otherwise><t:say key="ago.days"><t:with><t:number select="floor($seconds div 86400)"/></t:with></t:say></xsl:otherwise>
		</xsl:choose>
	</xsl:template>

	<!-- ==== small things ==== -->

	<!-- kind: good, warn, bad or muted -->
	<xsl:template name="badge">
		<xsl:param name="kind" select="'muted'"/>
		<xsl:param name="text"/>
		<span class="badge {$kind}"><xsl:copy-of select="$text"/></span>
	</xsl:template>

	<xsl:template name="size">
		<xsl:param name="bytes"/>
		<xsl:choose>
			<xsl:when test="$bytes &lt; 1024"><t:number select="$bytes"/> B</xsl:when>
			<xsl:when test="$bytes &lt; 1048576"><t:number select="round($bytes div 1024)"/> KB</xsl:when>
			<xsl:otherwise><t:number select="round($bytes div 1048576)"/> MB</xsl:otherwise>
		</xsl:choose>
	</xsl:template>

	<xsl:template name="number">
		<xsl:param name="of"/>
		<xsl:param name="number" select="$of"/>
		<xsl:if test="$number != ''"><t:number select="$number"/></xsl:if>
	</xsl:template>

	<!-- Must stand in every form that posts. -->
	<xsl:template name="csrf">
		<input type="hidden" name="csrf" value="{$page/@csrf}"/>
	</xsl:template>

	<!-- Nothing is here: why, and what to do next. -->
	<xsl:template name="empty">
		<xsl:param name="title"/>
		<xsl:param name="hint"/>
		<div class="empty">
			<p class="empty-title"><xsl:copy-of select="$title"/></p>
			<xsl:if test="string($hint) != ''"><p><xsl:copy-of select="$hint"/></p></xsl:if>
		</div>
	</xsl:template>
</xsl:stylesheet>
