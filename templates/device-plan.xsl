<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: ISC -->
<!-- What a device would get now, and why: <plan> with a <concern> for each run of steps about one thing. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:t="urn:rollcall:texts">
	<xsl:import href="layout.xsl"/>

	<xsl:template match="page" mode="title"><t:say key="device.now"/> · <xsl:value-of select="plan/@sn"/></xsl:template>

	<xsl:template match="page" mode="main">
		<xsl:apply-templates select="plan"/>
	</xsl:template>

	<xsl:template match="plan">
		<p class="crumbs">
			<a href="{$admin}devices"><t:say key="nav.devices"/></a> ›
			<a id="back" href="{$admin}{@device-url}">
				<xsl:choose>
					<xsl:when test="@name != ''"><xsl:value-of select="@name"/></xsl:when>
					<xsl:otherwise><xsl:value-of select="@sn"/></xsl:otherwise>
				</xsl:choose>
			</a>
		</p>
		<h1><t:say key="device.now"/></h1>
		<xsl:choose>
			<xsl:when test="@problem"><p class="notice bad" id="problem" lang="en"><xsl:value-of select="@problem"/></p></xsl:when>
			<xsl:otherwise>
				<p id="would" data-commands="{@commands}" data-snippets="{@snippets}">
					<xsl:choose>
						<xsl:when test="@settled"><t:say key="device.now.settled"><t:with><t:count key="device.commands" select="@commands"/></t:with></t:say></xsl:when>
						<xsl:otherwise>
							<t:say key="device.now.gets">
								<t:with><t:count key="device.commands" select="@commands"/></t:with>
								<t:with>
									<xsl:choose>
										<xsl:when test="@snippets = 0"><t:say key="device.snippets.none"/></xsl:when>
										<xsl:otherwise><t:count key="device.snippets.n" select="@snippets"/></xsl:otherwise>
									</xsl:choose>
								</t:with>
							</t:say>
						</xsl:otherwise>
					</xsl:choose>
				</p>
				<xsl:call-template name="assumed"/>
				<xsl:apply-templates select="concern"/>
			</xsl:otherwise>
		</xsl:choose>
	</xsl:template>

	<!-- On which the decision stands. -->
	<xsl:template name="assumed">
		<div class="card" id="assumed">
			<p>
				<xsl:choose>
					<xsl:when test="@made-up"><t:say key="device.plan.made-up"/></xsl:when>
					<xsl:otherwise><t:say key="device.plan.asked"/></xsl:otherwise>
				</xsl:choose>
			</p>
			<p class="mono wrap"><xsl:value-of select="@asked"/></p>
			<xsl:if test="@proven"><p><t:say key="device.plan.proven"/></p></xsl:if>
			<p class="muted"><t:say key="device.plan.nothing"/></p>
		</div>
	</xsl:template>

	<xsl:template match="concern">
		<section class="card concern" data-concern="{@name}">
			<h2><t:pick prefix="device.concern." select="@name"/></h2>
			<ol class="steps"><xsl:apply-templates select="step[not(@absent)]"/></ol>
			<xsl:if test="step[@absent]">
				<details class="absent">
					<summary><t:count key="device.plan.absent" select="count(step[@absent])"/></summary>
					<ol class="steps"><xsl:apply-templates select="step[@absent]"/></ol>
				</details>
			</xsl:if>
		</section>
	</xsl:template>

	<xsl:template match="step">
		<li class="step-{@kind}" data-kind="{@kind}">
			<xsl:if test="reason">
				<p lang="en">
					<xsl:attribute name="class">
						<xsl:text>reason</xsl:text>
						<xsl:if test="starts-with(reason, 'warning: ')"> warning</xsl:if>
						<xsl:if test="../@name = 'files' and not(@absent)"> there</xsl:if>
					</xsl:attribute>
					<xsl:choose>
						<xsl:when test="@file">
							<xsl:value-of select="substring-before(reason, @file)"/>
							<a href="{$admin}{@url}"><xsl:value-of select="@file"/></a>
							<xsl:value-of select="substring-after(reason, @file)"/>
						</xsl:when>
						<xsl:otherwise><xsl:value-of select="reason"/></xsl:otherwise>
					</xsl:choose>
				</p>
			</xsl:if>
			<xsl:apply-templates select="command | snippet"/>
		</li>
	</xsl:template>

	<xsl:template match="command">
		<pre class="code command" tabindex="0"><xsl:value-of select="."/></pre>
	</xsl:template>

	<xsl:template match="snippet">
		<details class="snippet">
			<summary>
				<span class="mono"><xsl:value-of select="@name"/></span>
				<span class="muted"> · <xsl:call-template name="size"><xsl:with-param name="bytes" select="@size"/></xsl:call-template>
					<xsl:text> · </xsl:text>
					<xsl:call-template name="age"><xsl:with-param name="at" select="@version"/><xsl:with-param name="iso" select="@version-iso"/></xsl:call-template>
				</span>
			</summary>
			<p><a href="{$admin}{@url}"><t:say key="device.plan.snippet"/></a></p>
			<pre class="code" tabindex="0"><xsl:value-of select="."/></pre>
		</details>
	</xsl:template>
</xsl:stylesheet>
