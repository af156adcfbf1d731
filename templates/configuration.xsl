<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: ISC -->
<!-- What is wrong with the configuration, whether it is in force, and every value with its origin (page_config.c). -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:t="urn:rollcall:texts">
	<xsl:import href="layout.xsl"/>

	<xsl:template match="page" mode="title"><t:say key="configuration.title"/></xsl:template>

	<xsl:template match="page" mode="main">
		<h1><t:say key="configuration.title"/></h1>
		<xsl:apply-templates select="configuration"/>
	</xsl:template>

	<xsl:template match="configuration">
		<xsl:apply-templates select="force[@state != 'good']"/>
		<xsl:apply-templates select="check"/>
		<div class="cards">
			<xsl:apply-templates select="master"/>
			<div class="card">
				<section id="phases" aria-labelledby="phases-title">
					<h2 id="phases-title"><t:say key="configuration.phases"/></h2>
					<ol class="plain"><xsl:apply-templates select="phase"/></ol>
				</section>
				<section id="environments" aria-labelledby="environments-title">
					<h2 id="environments-title"><t:say key="configuration.environments"/></h2>
					<ul class="plain"><xsl:apply-templates select="environment"/></ul>
				</section>
			</div>
			<section class="card" id="classes" aria-labelledby="classes-title">
				<h2 id="classes-title"><t:say key="configuration.classes"/></h2>
				<xsl:choose>
					<xsl:when test="class"><ul class="plain"><xsl:apply-templates select="class"/></ul></xsl:when>
					<xsl:otherwise><p class="muted"><t:say key="configuration.no-classes"/></p></xsl:otherwise>
				</xsl:choose>
			</section>
		</div>
		<xsl:call-template name="values"/>
	</xsl:template>

	<!-- ==== what is wrong ==== -->

	<!-- In place of the notice that all other pages have. What is wrong are the findings below it. -->
	<xsl:template match="force">
		<div class="notice bad" id="force" data-state="{@state}" role="alert">
			<p><strong>
				<xsl:choose>
					<xsl:when test="@state = 'last-good'"><t:say key="configuration.last-good"/></xsl:when>
					<xsl:otherwise><t:say key="configuration.not-in-force"/></xsl:otherwise>
				</xsl:choose>
			</strong></p>
		</div>
	</xsl:template>

	<xsl:template match="check">
		<section class="card" id="findings" aria-labelledby="findings-title" data-n-errors="{@errors}" data-n-warnings="{@warnings}">
			<h2 id="findings-title"><t:say key="configuration.findings"/></h2>
			<xsl:choose>
				<xsl:when test="finding">
					<p class="muted">
						<t:say key="configuration.findings-of"><t:with><code><xsl:value-of select="@file"/></code></t:with></t:say>
						<xsl:text> </xsl:text>
						<t:count key="configuration.errors" select="@errors"/>
						<xsl:text>, </xsl:text>
						<t:count key="configuration.warnings" select="@warnings"/>
						<xsl:text>.</xsl:text>
					</p>
					<ul class="plain findings"><xsl:apply-templates select="finding"/></ul>
				</xsl:when>
				<xsl:otherwise>
					<p>
						<xsl:call-template name="badge">
							<xsl:with-param name="kind" select="'good'"/>
							<xsl:with-param name="text"><t:say key="configuration.fine"/></xsl:with-param>
						</xsl:call-template>
						<xsl:text> </xsl:text>
						<t:say key="configuration.fine-text"><t:with><code><xsl:value-of select="@file"/></code></t:with></t:say>
					</p>
				</xsl:otherwise>
			</xsl:choose>
			<xsl:if test="../force">
				<p class="muted small">
					<t:say key="configuration.loaded"><t:with>
						<xsl:call-template name="age">
							<xsl:with-param name="at" select="../force/@loaded"/>
							<xsl:with-param name="iso" select="../force/@loaded-iso"/>
						</xsl:call-template>
					</t:with></t:say>
				</p>
			</xsl:if>
		</section>
	</xsl:template>

	<xsl:template match="finding">
		<li data-kind="{@kind}">
			<xsl:call-template name="badge">
				<xsl:with-param name="kind">
					<xsl:choose>
						<xsl:when test="@kind = 'error'">bad</xsl:when>
						<xsl:otherwise>warn</xsl:otherwise>
					</xsl:choose>
				</xsl:with-param>
				<xsl:with-param name="text"><t:pick prefix="configuration.kind." select="@kind"/></xsl:with-param>
			</xsl:call-template>
			<xsl:text> </xsl:text>
			<code>
				<xsl:value-of select="@file"/>
				<xsl:if test="@line">:<xsl:value-of select="@line"/></xsl:if>
			</code>
			<span class="text" lang="en"><xsl:value-of select="."/></span>
		</li>
	</xsl:template>

	<!-- ==== the master device ==== -->

	<xsl:template match="master">
		<section class="card" id="master" data-state="{@state}" aria-labelledby="master-title">
			<h2 id="master-title"><t:say key="configuration.master"/></h2>
			<p>
				<xsl:call-template name="badge">
					<xsl:with-param name="kind">
						<xsl:choose>
							<xsl:when test="@state = 'current'">good</xsl:when>
							<xsl:when test="@state = 'stale'">warn</xsl:when>
							<xsl:when test="@state = 'unknown'">bad</xsl:when>
							<xsl:otherwise>muted</xsl:otherwise>
						</xsl:choose>
					</xsl:with-param>
					<xsl:with-param name="text"><t:pick prefix="configuration.state." select="@state"/></xsl:with-param>
				</xsl:call-template>
				<xsl:text> </xsl:text>
				<span class="muted"><t:pick prefix="configuration.state-text." select="@state"/></span>
			</p>
			<xsl:if test="@problem"><p class="notice warn" id="master-problem" lang="en"><xsl:value-of select="@problem"/></p></xsl:if>
			<dl class="facts">
				<xsl:if test="@url">
					<dt><t:say key="configuration.asked-url"/></dt>
					<dd class="mono"><xsl:value-of select="@url"/></dd>
					<dt><t:say key="configuration.it-runs"/></dt>
					<dd>
						<xsl:choose>
							<xsl:when test="@firmware">
								<t:say key="configuration.builds">
									<t:with><xsl:value-of select="@firmware"/></t:with>
									<t:with>
										<xsl:choose>
											<xsl:when test="@bootcode"><xsl:value-of select="@bootcode"/></xsl:when>
											<xsl:otherwise>–</xsl:otherwise>
										</xsl:choose>
									</t:with>
								</t:say>
							</xsl:when>
							<xsl:otherwise><span class="muted">–</span></xsl:otherwise>
						</xsl:choose>
					</dd>
					<dt><t:say key="configuration.answered"/></dt>
					<dd>
						<xsl:call-template name="age">
							<xsl:with-param name="at" select="@answered"/>
							<xsl:with-param name="iso" select="@answered-iso"/>
							<xsl:with-param name="never"><t:say key="configuration.never"/></xsl:with-param>
						</xsl:call-template>
					</dd>
					<dt><t:say key="configuration.asked"/></dt>
					<dd>
						<xsl:call-template name="age">
							<xsl:with-param name="at" select="@asked"/>
							<xsl:with-param name="iso" select="@asked-iso"/>
							<xsl:with-param name="never"><t:say key="configuration.never"/></xsl:with-param>
						</xsl:call-template>
					</dd>
				</xsl:if>
				<dt><t:say key="configuration.wanted-firmware"/></dt>
				<dd id="wanted-firmware"><xsl:apply-templates select="firmware"/></dd>
				<dt><t:say key="configuration.wanted-bootcode"/></dt>
				<dd id="wanted-bootcode"><xsl:apply-templates select="bootcode"/></dd>
				<xsl:if test="applies">
					<dt><t:say key="configuration.applies"/></dt>
					<dd>
						<xsl:for-each select="applies">
							<xsl:if test="position() != 1">, </xsl:if>
							<xsl:choose>
								<xsl:when test=". = '*'"><t:say key="configuration.all-devices"/></xsl:when>
								<xsl:when test="@environment"><t:say key="configuration.environment"><t:with><xsl:value-of select="."/></t:with></t:say></xsl:when>
								<xsl:otherwise><t:say key="configuration.class"><t:with><xsl:value-of select="."/></t:with></t:say></xsl:otherwise>
							</xsl:choose>
						</xsl:for-each>
					</dd>
				</xsl:if>
			</dl>
		</section>
	</xsl:template>

	<!-- Where it is the master device's, the number may not be known. -->
	<xsl:template match="master/firmware | master/bootcode">
		<xsl:choose>
			<xsl:when test="@build"><xsl:value-of select="@build"/></xsl:when>
			<xsl:otherwise>–</xsl:otherwise>
		</xsl:choose>
		<xsl:text> </xsl:text>
		<xsl:if test="@setting = 'none' or @setting = 'master' or @setting = 'firmware'">
			<span class="muted"><t:pick prefix="configuration.wants." select="@setting"/></span>
		</xsl:if>
	</xsl:template>

	<!-- ==== what devices can be in ==== -->

	<xsl:template match="phase">
		<li>
			<a href="{$admin}devices?q=phase:{@id}"><xsl:value-of select="@id"/></a>
			<xsl:if test="@snippets">
				<span class="muted"> · <t:say key="configuration.first-phase"><t:with><xsl:value-of select="@snippets"/></t:with></t:say></span>
			</xsl:if>
			<xsl:if test="@last"><span class="muted"> · <t:say key="configuration.last-phase"/></span></xsl:if>
		</li>
	</xsl:template>

	<xsl:template match="environment">
		<li>
			<a href="{$admin}devices?q=env:{@id}"><xsl:value-of select="@id"/></a>
			<xsl:if test="@default"><span class="muted"> · <t:say key="configuration.default-environment"/></span></xsl:if>
			<xsl:if test="implies">
				<span class="muted">
					<xsl:text> · </xsl:text>
					<t:say key="configuration.implies"><t:with>
						<xsl:for-each select="implies">
							<xsl:if test="position() != 1">, </xsl:if>
							<xsl:value-of select="."/>
						</xsl:for-each>
					</t:with></t:say>
				</span>
			</xsl:if>
		</li>
	</xsl:template>

	<xsl:template match="class">
		<li>
			<a href="{$admin}devices?q=class:{@id}"><xsl:value-of select="@id"/></a>
			<span class="muted"> · <t:count key="configuration.models" select="@models"/></span>
		</li>
	</xsl:template>

	<!-- ==== the values ==== -->

	<xsl:template name="values">
		<section class="card" id="values" aria-labelledby="values-title">
			<h2 id="values-title"><t:say key="configuration.values"/></h2>
			<nav class="tabs" aria-label="[[configuration.which]]">
				<a href="{$admin}configuration" id="only-changed">
					<xsl:if test="not(@all)"><xsl:attribute name="aria-current">page</xsl:attribute></xsl:if>
					<t:say key="configuration.only-changed"/>
				</a>
				<a href="{$admin}configuration?all=1" id="all">
					<xsl:if test="@all"><xsl:attribute name="aria-current">page</xsl:attribute></xsl:if>
					<t:say key="configuration.all"/>
				</a>
			</nav>
			<xsl:choose>
				<xsl:when test="group"><xsl:call-template name="groups"/></xsl:when>
				<xsl:otherwise>
					<xsl:call-template name="empty">
						<xsl:with-param name="title"><t:say key="configuration.nothing-changed"/></xsl:with-param>
						<xsl:with-param name="hint"><t:say key="configuration.nothing-changed-hint"/></xsl:with-param>
					</xsl:call-template>
				</xsl:otherwise>
			</xsl:choose>
		</section>
	</xsl:template>

	<xsl:template name="groups">
		<div class="scroll" tabindex="0" role="region" aria-labelledby="values-title">
			<table class="grid values stack" aria-labelledby="values-title">
				<thead>
					<tr>
						<th scope="col"><t:say key="configuration.setting"/></th>
						<th scope="col"><t:say key="configuration.value"/></th>
						<th scope="col"><t:say key="configuration.meaning"/></th>
						<th scope="col"><t:say key="configuration.origin"/></th>
					</tr>
				</thead>
				<xsl:apply-templates select="group"/>
			</table>
		</div>
	</xsl:template>

	<xsl:template match="group">
		<tbody>
			<tr class="group"><th scope="rowgroup" colspan="4" id="g-{@name}"><xsl:value-of select="@name"/></th></tr>
			<xsl:apply-templates select="value"/>
		</tbody>
	</xsl:template>

	<xsl:template match="value">
		<tr data-path="{@path}">
			<th scope="row" class="mono"><xsl:value-of select="@name"/></th>
			<td>
				<xsl:choose>
					<xsl:when test="text = ''"><span class="muted"><t:say key="configuration.empty"/></span></xsl:when>
					<xsl:otherwise><span class="mono"><xsl:value-of select="text"/></span></xsl:otherwise>
				</xsl:choose>
				<xsl:if test="@unit">
					<xsl:text> </xsl:text>
					<t:pick prefix="configuration.unit." select="@unit"/>
				</xsl:if>
				<xsl:apply-templates select="span"/>
			</td>
			<td class="muted" lang="en"><xsl:value-of select="@help"/></td>
			<td class="origin">
				<xsl:choose>
					<xsl:when test="@changed">
						<code title="{@file}"><xsl:value-of select="concat(@name-of-file, ':', @line)"/></code>
					</xsl:when>
					<xsl:otherwise><span class="muted"><t:say key="configuration.default"/></span></xsl:otherwise>
				</xsl:choose>
			</td>
		</tr>
	</xsl:template>

	<!-- "(1 h 30 min)" -->
	<xsl:template match="span">
		<span class="muted">
			<xsl:text> (</xsl:text>
			<xsl:if test="@days"><t:count key="configuration.days" select="@days"/></xsl:if>
			<xsl:if test="@days and (@hours or @minutes or @seconds)"><xsl:text> </xsl:text></xsl:if>
			<xsl:if test="@hours"><xsl:value-of select="@hours"/> h</xsl:if>
			<xsl:if test="@hours and (@minutes or @seconds)"><xsl:text> </xsl:text></xsl:if>
			<xsl:if test="@minutes"><xsl:value-of select="@minutes"/> min</xsl:if>
			<xsl:if test="@minutes and @seconds"><xsl:text> </xsl:text></xsl:if>
			<xsl:if test="@seconds"><xsl:value-of select="@seconds"/> s</xsl:if>
			<xsl:text>)</xsl:text>
		</span>
	</xsl:template>
</xsl:stylesheet>
