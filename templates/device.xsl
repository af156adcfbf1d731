<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: ISC -->
<!-- One device (lib/pages/page_device*.c): <device>, or <unknown sn="…"/>. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:t="urn:rollcall:texts">
	<xsl:import href="layout.xsl"/>
	<xsl:import href="alarm.xsl"/>

	<xsl:variable name="device" select="/page/device"/>

	<xsl:template match="page" mode="title">
		<xsl:choose>
			<xsl:when test="unknown"><t:say key="device.unknown.title"/></xsl:when>
			<xsl:when test="string(device/@name) != ''"><xsl:value-of select="device/@name"/></xsl:when>
			<xsl:otherwise><xsl:value-of select="device/@sn"/></xsl:otherwise>
		</xsl:choose>
	</xsl:template>

	<xsl:template match="page" mode="main">
		<xsl:apply-templates select="unknown | device"/>
	</xsl:template>

	<xsl:template match="unknown">
		<div class="narrow" id="unknown">
			<h1><t:say key="device.unknown.title"/></h1>
			<p><t:say key="device.unknown.text"><t:with><b class="mono"><xsl:value-of select="@sn"/></b></t:with></t:say></p>
			<p class="muted"><t:say key="device.unknown.hint"/></p>
			<p class="actions">
				<a class="button" href="{$admin}devices"><t:say key="device.unknown.devices"/></a>
				<a class="button" href="{$admin}add"><t:say key="device.unknown.add"/></a>
			</p>
		</div>
	</xsl:template>

	<xsl:template match="device">
		<p class="crumbs"><a href="{$admin}devices"><t:say key="nav.devices"/></a></p>
		<xsl:call-template name="head"/>
		<nav class="tabs" aria-label="[[device.nav]]">
			<xsl:if test="alarms"><a href="#alarms"><t:say key="device.alarms"/></a></xsl:if>
			<xsl:if test="preview"><a href="#now"><t:say key="device.now"/></a></xsl:if>
			<a href="#certificate"><t:say key="device.certificate"/></a>
			<a href="#line"><t:say key="device.line"/></a>
			<xsl:if test="snippets"><a href="#snippets"><t:say key="device.snippets"/></a></xsl:if>
			<xsl:if test="answers"><a href="#answers"><t:say key="device.answers"/></a></xsl:if>
			<xsl:if test="backups"><a href="#backups"><t:say key="device.backups"/></a></xsl:if>
			<xsl:if test="@known and $page/@operator"><a href="#actions"><t:say key="device.actions"/></a></xsl:if>
		</nav>
		<xsl:apply-templates select="alarms[@active &gt; 0]"/>
		<xsl:apply-templates select="preview"/>
		<xsl:apply-templates select="alarms[@active = 0]"/>
		<xsl:apply-templates select="certificate"/>
		<xsl:apply-templates select="line"/>
		<xsl:apply-templates select="snippets"/>
		<xsl:apply-templates select="answers"/>
		<xsl:apply-templates select="backups"/>
		<xsl:if test="@known and $page/@operator"><xsl:call-template name="actions"/></xsl:if>
	</xsl:template>

	<!-- ==== who it is ==== -->

	<xsl:template name="head">
		<h1 id="device" data-sn="{@sn}">
			<xsl:choose>
				<xsl:when test="string(@name) != ''"><xsl:value-of select="@name"/></xsl:when>
				<xsl:otherwise><span class="mono"><xsl:value-of select="@sn"/></span></xsl:otherwise>
			</xsl:choose>
		</h1>
		<xsl:choose>
			<xsl:when test="@known">
				<p class="toolbar device-state">
					<xsl:call-template name="presence"/>
					<xsl:call-template name="stand"/>
					<xsl:apply-templates select="alarms[@active &gt; 0]" mode="top"/>
					<xsl:apply-templates select="certificate[@on]" mode="top"/>
					<xsl:call-template name="device-links"/>
				</p>
				<div class="card device-head">
					<xsl:call-template name="identity"/>
					<xsl:call-template name="contact"/>
				</div>
			</xsl:when>
			<xsl:otherwise>
				<p class="notice warn" id="stranger"><t:say key="device.stranger"/></p>
			</xsl:otherwise>
		</xsl:choose>
	</xsl:template>

	<xsl:template name="presence">
		<span id="presence" data-presence="{@presence}">
			<xsl:call-template name="badge">
				<xsl:with-param name="kind">
					<xsl:choose>
						<xsl:when test="@presence = 'present'">good</xsl:when>
						<xsl:otherwise>bad</xsl:otherwise>
					</xsl:choose>
				</xsl:with-param>
				<xsl:with-param name="text"><t:pick prefix="device.presence." select="@presence"/></xsl:with-param>
			</xsl:call-template>
		</span>
	</xsl:template>

	<xsl:template name="stand">
		<span id="settled">
			<xsl:choose>
				<xsl:when test="@settled">
					<xsl:call-template name="badge">
						<xsl:with-param name="kind">good</xsl:with-param>
						<xsl:with-param name="text"><t:say key="device.settled"/></xsl:with-param>
					</xsl:call-template>
				</xsl:when>
				<xsl:otherwise>
					<xsl:call-template name="badge">
						<xsl:with-param name="kind">warn</xsl:with-param>
						<xsl:with-param name="text"><t:say key="device.unsettled"/></xsl:with-param>
					</xsl:call-template>
				</xsl:otherwise>
			</xsl:choose>
		</span>
	</xsl:template>

	<!-- What somebody has to know, or to do something about. -->
	<xsl:template match="certificate" mode="top">
		<xsl:if test="contains(' approval error expired revoked signed ', concat(' ', @state, ' '))">
			<a id="cert-badge" href="#certificate" data-state="{@state}">
				<xsl:call-template name="badge">
					<xsl:with-param name="kind">
						<xsl:choose>
							<xsl:when test="@state = 'approval' or @state = 'signed'">warn</xsl:when>
							<xsl:otherwise>bad</xsl:otherwise>
						</xsl:choose>
					</xsl:with-param>
					<xsl:with-param name="text">
						<t:say key="device.certificate"/><xsl:text>: </xsl:text><t:pick prefix="device.cert.state." select="@state"/>
					</xsl:with-param>
				</xsl:call-template>
			</a>
		</xsl:if>
	</xsl:template>

	<xsl:template match="alarms" mode="top">
		<a id="alarms-badge" href="#alarms">
			<xsl:call-template name="badge">
				<xsl:with-param name="kind">
					<xsl:choose>
						<xsl:when test="@worst = 'major'">bad</xsl:when>
						<xsl:otherwise>warn</xsl:otherwise>
					</xsl:choose>
				</xsl:with-param>
				<xsl:with-param name="text"><t:say key="device.alarms.badge"><t:with><t:number select="@active"/></t:with></t:say></xsl:with-param>
			</xsl:call-template>
		</a>
	</xsl:template>

	<xsl:template name="device-links">
		<xsl:if test="@link">
			<xsl:call-template name="outward">
				<xsl:with-param name="id">device-link</xsl:with-param>
				<xsl:with-param name="href" select="@link"/>
				<xsl:with-param name="text"><t:say key="device.open"/></xsl:with-param>
			</xsl:call-template>
			<xsl:call-template name="outward">
				<xsl:with-param name="id">poll-now</xsl:with-param>
				<xsl:with-param name="href" select="@poll"/>
				<xsl:with-param name="text"><t:say key="device.poll"/></xsl:with-param>
				<xsl:with-param name="title"><t:say key="device.poll.hint"/></xsl:with-param>
			</xsl:call-template>
		</xsl:if>
	</xsl:template>

	<!--
	  A link to a device. Of an element without a namespace the serializer would write [2001:db8::7] as
	  %5B2001:db8::7%5D, which is no address for a browser.
	-->
	<xsl:template name="outward">
		<xsl:param name="id"/>
		<xsl:param name="href"/>
		<xsl:param name="text"/>
		<xsl:param name="title"/>
		<xsl:element name="a" namespace="http://www.w3.org/1999/xhtml">
			<xsl:attribute name="class">button</xsl:attribute>
			<xsl:attribute name="id"><xsl:value-of select="$id"/></xsl:attribute>
			<xsl:attribute name="href"><xsl:value-of select="$href"/></xsl:attribute>
			<xsl:attribute name="target">_blank</xsl:attribute>
			<xsl:attribute name="rel">noreferrer noopener</xsl:attribute>
			<xsl:if test="string($title) != ''"><xsl:attribute name="title"><xsl:value-of select="$title"/></xsl:attribute></xsl:if>
			<xsl:value-of select="$text"/>
		</xsl:element>
	</xsl:template>

	<!-- A row of facts, when there is something to say. -->
	<xsl:template name="fact">
		<xsl:param name="name"/>
		<xsl:param name="value"/>
		<xsl:param name="class"/>
		<xsl:if test="string($value) != ''">
			<dt><xsl:value-of select="$name"/></dt>
			<dd>
				<xsl:if test="$class != ''"><xsl:attribute name="class"><xsl:value-of select="$class"/></xsl:attribute></xsl:if>
				<xsl:copy-of select="$value"/>
			</dd>
		</xsl:if>
	</xsl:template>

	<xsl:template name="identity">
		<dl class="facts" id="identity">
			<xsl:call-template name="fact">
				<xsl:with-param name="name"><t:say key="device.type"/></xsl:with-param>
				<xsl:with-param name="value" select="string(@type)"/>
			</xsl:call-template>
			<dt><t:say key="device.sn"/></dt>
			<dd class="mono" id="sn"><xsl:value-of select="@sn"/></dd>
			<xsl:call-template name="fact">
				<xsl:with-param name="name"><t:say key="device.hwid"/></xsl:with-param>
				<xsl:with-param name="value" select="string(@hwid)"/>
				<xsl:with-param name="class">mono</xsl:with-param>
			</xsl:call-template>
			<dt><t:say key="device.phase"/></dt>
			<dd id="phase">
				<xsl:choose>
					<xsl:when test="@phase != ''"><xsl:value-of select="@phase"/></xsl:when>
					<xsl:otherwise>–</xsl:otherwise>
				</xsl:choose>
				<xsl:if test="@nextphase != ''"> → <xsl:value-of select="@nextphase"/></xsl:if>
				<xsl:if test="@settled-at">
					<span class="muted"> · <t:say key="device.settled.since"><t:with>
						<xsl:call-template name="age">
							<xsl:with-param name="at" select="@settled-at"/>
							<xsl:with-param name="iso" select="@settled-at-iso"/>
						</xsl:call-template>
					</t:with></t:say></span>
				</xsl:if>
			</dd>
			<xsl:call-template name="fact">
				<xsl:with-param name="name"><t:say key="device.environments"/></xsl:with-param>
				<xsl:with-param name="value" select="string(@environments)"/>
			</xsl:call-template>
			<xsl:call-template name="fact">
				<xsl:with-param name="name"><t:say key="device.classes"/></xsl:with-param>
				<xsl:with-param name="value" select="string(@classes)"/>
			</xsl:call-template>
			<xsl:apply-templates select="build"/>
			<xsl:if test="@skip">
				<dt><t:say key="device.next"/></dt>
				<dd><t:say key="device.skip"/></dd>
			</xsl:if>
		</dl>
	</xsl:template>

	<xsl:template match="build">
		<dt><t:pick prefix="device.build." select="@kind"/></dt>
		<dd id="{@kind}" data-state="{@state}">
			<xsl:choose>
				<xsl:when test="@has != ''"><span class="mono"><xsl:value-of select="@has"/></span></xsl:when>
				<xsl:otherwise>–</xsl:otherwise>
			</xsl:choose>
			<xsl:text> </xsl:text>
			<xsl:call-template name="badge">
				<xsl:with-param name="kind">
					<xsl:choose>
						<xsl:when test="@state = 'current'">good</xsl:when>
						<xsl:when test="@state = 'loading' or @state = 'other'">warn</xsl:when>
						<xsl:otherwise>muted</xsl:otherwise>
					</xsl:choose>
				</xsl:with-param>
				<xsl:with-param name="text"><t:pick prefix="device.build.state." select="@state"/></xsl:with-param>
			</xsl:call-template>
			<xsl:if test="@wanted != '' and @wanted != @has">
				<span class="muted"> · <t:say key="device.build.wanted"><t:with><span class="mono"><xsl:value-of select="@wanted"/></span></t:with></t:say></span>
			</xsl:if>
			<xsl:if test="@at and @requested != '' and @state != 'current'">
				<span class="muted"> · <t:say key="device.build.told"><t:with><span class="mono"><xsl:value-of select="@requested"/></span></t:with><t:with>
					<xsl:call-template name="age">
						<xsl:with-param name="at" select="@at"/>
						<xsl:with-param name="iso" select="@at-iso"/>
					</xsl:call-template>
				</t:with></t:say></span>
			</xsl:if>
		</dd>
	</xsl:template>

	<xsl:template name="contact">
		<dl class="facts" id="contact">
			<dt><t:say key="device.seen"/></dt>
			<dd id="seen">
				<xsl:call-template name="age">
					<xsl:with-param name="at" select="@seen"/>
					<xsl:with-param name="iso" select="@seen-iso"/>
					<xsl:with-param name="never"><t:say key="device.never"/></xsl:with-param>
				</xsl:call-template>
				<xsl:if test="@seen">
					<span class="muted">
						<xsl:choose>
							<xsl:when test="@https"> · HTTPS</xsl:when>
							<xsl:otherwise> · HTTP</xsl:otherwise>
						</xsl:choose>
					</span>
				</xsl:if>
			</dd>
			<dt><t:say key="device.polls"/></dt>
			<dd id="polls"><t:number select="@polls"/></dd>
			<dt><t:say key="device.created"/></dt>
			<dd>
				<xsl:call-template name="age">
					<xsl:with-param name="at" select="@created"/>
					<xsl:with-param name="iso" select="@created-iso"/>
				</xsl:call-template>
			</dd>
			<dt><t:say key="device.realip"/></dt>
			<dd class="mono" id="realip">
				<xsl:choose>
					<xsl:when test="@realip != ''"><xsl:value-of select="@realip"/></xsl:when>
					<xsl:otherwise>–</xsl:otherwise>
				</xsl:choose>
			</dd>
			<xsl:call-template name="fact">
				<xsl:with-param name="name"><t:say key="device.ip"/></xsl:with-param>
				<xsl:with-param name="value" select="string(@ip)"/>
				<xsl:with-param name="class">mono</xsl:with-param>
			</xsl:call-template>
			<xsl:call-template name="fact">
				<xsl:with-param name="name"><t:say key="device.proxy"/></xsl:with-param>
				<xsl:with-param name="value" select="string(@proxy)"/>
				<xsl:with-param name="class">mono</xsl:with-param>
			</xsl:call-template>
			<xsl:call-template name="fact">
				<xsl:with-param name="name"><t:say key="device.rdns"/></xsl:with-param>
				<xsl:with-param name="value" select="string(@rdns)"/>
				<xsl:with-param name="class">mono</xsl:with-param>
			</xsl:call-template>
		</dl>
	</xsl:template>

	<!-- ==== what would it get now ==== -->

	<xsl:template match="preview">
		<section class="card" id="now">
			<h2><t:say key="device.now"/></h2>
			<xsl:choose>
				<xsl:when test="@problem">
					<p class="notice bad"><xsl:value-of select="@problem"/></p>
				</xsl:when>
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
					<xsl:if test="@why">
						<p id="ends">
							<t:say key="device.now.ends"><t:with><b><t:pick prefix="device.concern." select="@ends"/></b></t:with></t:say>
							<xsl:text> </xsl:text>
							<span lang="en"><xsl:value-of select="@why"/></span>
						</p>
					</xsl:if>
					<xsl:if test="@made-up"><p class="muted"><t:say key="device.now.made-up"/></p></xsl:if>
					<xsl:if test="$page/@operator">
						<p class="actions"><a class="button" id="plan" href="{$admin}{@url}"><t:say key="device.now.all"/></a></p>
					</xsl:if>
				</xsl:otherwise>
			</xsl:choose>
		</section>
	</xsl:template>

	<!-- ==== alarms ==== -->

	<xsl:template match="alarms">
		<section class="card" id="alarms">
			<h2><t:say key="device.alarms"/></h2>
			<xsl:choose>
				<xsl:when test="alarm">
					<div class="scroll" tabindex="0" role="region" aria-label="[[device.alarms.caption]]">
						<table class="grid compact alarms">
							<caption class="visually-hidden"><t:say key="device.alarms.caption"/></caption>
							<thead><tr>
								<th scope="col"><t:say key="device.alarms.state"/></th>
								<th scope="col"><t:say key="device.alarms.severity"/></th>
								<th scope="col"><t:say key="device.alarms.what"/></th>
								<th scope="col" class="n"><t:say key="device.alarms.when"/></th>
							</tr></thead>
							<tbody><xsl:apply-templates select="alarm"/></tbody>
						</table>
					</div>
				</xsl:when>
				<xsl:otherwise><p class="muted"><t:say key="device.alarms.none"/></p></xsl:otherwise>
			</xsl:choose>
			<p class="more">
				<xsl:if test="alarm"><a id="alarms-all" href="{$admin}{@all-href}"><t:say key="device.alarms.all"/></a></xsl:if>
				<xsl:if test="alarm and @log-href"> · </xsl:if>
				<xsl:if test="@log-href"><a id="alarms-log" href="{$admin}{@log-href}"><t:say key="device.alarms.log"/></a></xsl:if>
			</p>
		</section>
	</xsl:template>

	<xsl:template match="alarm">
		<tr data-alarm="{@key}" data-state="{@state}">
			<td class="nowrap"><xsl:apply-templates select="." mode="state"/></td>
			<td class="nowrap"><xsl:apply-templates select="." mode="severity"/></td>
			<th scope="row" class="what">
				<xsl:apply-templates select="." mode="text"/>
				<xsl:apply-templates select="." mode="noted"/>
			</th>
			<td class="n">
				<xsl:call-template name="age">
					<xsl:with-param name="at" select="@last"/>
					<xsl:with-param name="iso" select="@last-iso"/>
				</xsl:call-template>
			</td>
		</tr>
	</xsl:template>

	<!-- ==== time line ==== -->

	<xsl:template match="line">
		<section class="card" id="line">
			<h2><t:say key="device.line"/></h2>
			<xsl:if test="kind">
				<p class="toolbar line-kinds">
					<a href="{$admin}{$device/@url}#line">
						<xsl:if test="not(@kind)"><xsl:attribute name="aria-current">true</xsl:attribute></xsl:if>
						<t:say key="device.line.all"/>
					</a>
					<xsl:for-each select="kind">
						<a href="{$admin}{@url}#line" data-kind="{@name}">
							<xsl:if test="../@kind = @name"><xsl:attribute name="aria-current">true</xsl:attribute></xsl:if>
							<t:pick prefix="device.kind." select="@name"/>
							<xsl:text> </xsl:text>
							<span class="muted"><t:number select="@count"/></span>
						</a>
					</xsl:for-each>
				</p>
			</xsl:if>
			<xsl:choose>
				<xsl:when test="entry">
					<ol class="line" id="entries"><xsl:apply-templates select="entry"/></ol>
					<xsl:if test="@total &gt; count(entry)">
						<p class="muted" id="line-more"><t:count key="device.line.more" select="@total - count(entry)"/></p>
					</xsl:if>
				</xsl:when>
				<xsl:otherwise>
					<xsl:call-template name="empty">
						<xsl:with-param name="title"><t:say key="device.line.empty"/></xsl:with-param>
						<xsl:with-param name="hint"><t:say key="device.line.hint"/></xsl:with-param>
					</xsl:call-template>
				</xsl:otherwise>
			</xsl:choose>
			<xsl:if test="@unfinished">
				<p class="muted" id="line-unfinished">
					<t:count key="device.line.looked" select="@looked"/>
					<xsl:text> </xsl:text>
					<a href="{$admin}audit"><t:say key="device.line.audit"/></a>
				</p>
			</xsl:if>
		</section>
	</xsl:template>

	<xsl:template match="entry">
		<li data-kind="{@kind}" data-what="{@what}">
			<span class="line-when">
				<xsl:call-template name="age">
					<xsl:with-param name="at" select="@at"/>
					<xsl:with-param name="iso" select="@at-iso"/>
				</xsl:call-template>
			</span>
			<span class="line-icon" aria-hidden="true">
				<xsl:choose>
					<xsl:when test="@kind = 'poll'">↻</xsl:when>
					<xsl:when test="@kind = 'message'">✉</xsl:when>
					<xsl:when test="@kind = 'delivery'">↓</xsl:when>
					<xsl:when test="@kind = 'backup'">↑</xsl:when>
					<xsl:when test="@kind = 'certificate'">⚷</xsl:when>
					<xsl:when test="@kind = 'firmware'">⚙</xsl:when>
					<xsl:when test="@kind = 'life'">★</xsl:when>
					<xsl:otherwise>✎</xsl:otherwise>
				</xsl:choose>
			</span>
			<span class="line-what">
				<span class="line-kind"><t:pick prefix="device.what." select="@what"/></span>
				<xsl:if test=". != ''">
					<xsl:text>: </xsl:text>
					<span class="line-text"><xsl:value-of select="."/></span>
				</xsl:if>
				<xsl:if test="@who"><span class="muted"> · <xsl:value-of select="@who"/></span></xsl:if>
			</span>
		</li>
	</xsl:template>

	<!-- ==== snippets ==== -->

	<xsl:template match="snippets">
		<section class="card" id="snippets">
			<h2><t:say key="device.snippets"/></h2>
			<xsl:choose>
				<xsl:when test="snippet">
					<div class="scroll" tabindex="0" role="region" aria-label="[[device.snippets]]">
						<table class="grid" aria-label="[[device.snippets]]">
							<thead>
								<tr>
									<th scope="col"><t:say key="device.snippet"/></th>
									<th scope="col"><t:say key="device.snippet.sent"/></th>
									<th scope="col"><t:say key="device.snippet.version"/></th>
									<th scope="col"><t:say key="device.snippet.state"/></th>
								</tr>
							</thead>
							<tbody><xsl:apply-templates select="snippet"/></tbody>
						</table>
					</div>
				</xsl:when>
				<xsl:otherwise>
					<xsl:call-template name="empty">
						<xsl:with-param name="title"><t:say key="device.snippets.empty"/></xsl:with-param>
						<xsl:with-param name="hint"><t:say key="device.snippets.hint"/></xsl:with-param>
					</xsl:call-template>
				</xsl:otherwise>
			</xsl:choose>
		</section>
	</xsl:template>

	<xsl:template match="snippet">
		<tr data-snippet="{@name}" data-state="{@state}">
			<th scope="row" class="mono">
				<xsl:choose>
					<xsl:when test="@url and $page/@operator"><a href="{$admin}{@url}"><xsl:value-of select="@name"/></a></xsl:when>
					<xsl:otherwise><xsl:value-of select="@name"/></xsl:otherwise>
				</xsl:choose>
			</th>
			<td>
				<xsl:call-template name="age">
					<xsl:with-param name="at" select="@sent"/>
					<xsl:with-param name="iso" select="@sent-iso"/>
				</xsl:call-template>
			</td>
			<td>
				<xsl:call-template name="moment">
					<xsl:with-param name="at" select="@version"/>
					<xsl:with-param name="iso" select="@version-iso"/>
				</xsl:call-template>
			</td>
			<td>
				<xsl:call-template name="badge">
					<xsl:with-param name="kind">
						<xsl:choose>
							<xsl:when test="@state = 'current'">good</xsl:when>
							<xsl:when test="@state = 'changed'">warn</xsl:when>
							<xsl:otherwise>muted</xsl:otherwise>
						</xsl:choose>
					</xsl:with-param>
					<xsl:with-param name="text"><t:pick prefix="device.snippet." select="@state"/></xsl:with-param>
				</xsl:call-template>
				<xsl:if test="@state = 'changed'">
					<xsl:text> </xsl:text>
					<span class="muted">
						<xsl:call-template name="age">
							<xsl:with-param name="at" select="@changed"/>
							<xsl:with-param name="iso" select="@changed-iso"/>
						</xsl:call-template>
					</span>
				</xsl:if>
				<xsl:if test="@problem"><div class="muted" lang="en"><xsl:value-of select="@problem"/></div></xsl:if>
			</td>
		</tr>
	</xsl:template>

	<!-- ==== answers ==== -->

	<xsl:template match="answers">
		<section class="card" id="answers">
			<h2><t:say key="device.answers"/></h2>
			<xsl:apply-templates select="answer"/>
			<xsl:if test="not(answer)">
				<xsl:call-template name="empty">
					<xsl:with-param name="title"><t:say key="device.answers.empty"/></xsl:with-param>
					<xsl:with-param name="hint"><t:say key="device.answers.hint"/></xsl:with-param>
				</xsl:call-template>
			</xsl:if>
		</section>
	</xsl:template>

	<xsl:template match="answer">
		<div class="answer" id="answer-{@query}">
			<h3>
				<xsl:choose>
					<xsl:when test="@title"><xsl:value-of select="@title"/></xsl:when>
					<xsl:otherwise><xsl:value-of select="@query"/></xsl:otherwise>
				</xsl:choose>
				<xsl:if test="@title and @title != @query"><xsl:text> </xsl:text><span class="muted mono"><xsl:value-of select="@query"/></span></xsl:if>
			</h3>
			<p class="muted">
				<t:say key="device.answer.received"><t:with>
					<xsl:call-template name="age">
						<xsl:with-param name="at" select="@received"/>
						<xsl:with-param name="iso" select="@received-iso"/>
					</xsl:call-template>
				</t:with></t:say>
				<xsl:if test="not(@configured)"> · <t:say key="device.answer.old"/></xsl:if>
			</p>
			<xsl:if test="show">
				<dl class="facts"><xsl:apply-templates select="show"/></dl>
			</xsl:if>
			<details>
				<summary><t:say key="device.answer.xml"/></summary>
				<p><a href="{$admin}{@url}"><t:say key="device.answer.download"/></a></p>
				<pre class="code" tabindex="0"><xsl:value-of select="xml"/></pre>
			</details>
		</div>
	</xsl:template>

	<xsl:template match="show">
		<dt>
			<xsl:choose>
				<xsl:when test="@title != ''"><xsl:value-of select="@title"/></xsl:when>
				<xsl:otherwise><t:say key="device.show"/></xsl:otherwise>
			</xsl:choose>
		</dt>
		<dd>
			<xsl:choose>
				<xsl:when test="@error">
					<xsl:call-template name="badge">
						<xsl:with-param name="kind">bad</xsl:with-param>
						<xsl:with-param name="text"><t:say key="device.show.error"/></xsl:with-param>
					</xsl:call-template>
					<xsl:text> </xsl:text>
					<span lang="en"><xsl:value-of select="@error"/></span>
				</xsl:when>
				<xsl:when test="@value = ''"><span class="muted"><t:say key="device.show.nothing"/></span></xsl:when>
				<xsl:otherwise><xsl:value-of select="@value"/></xsl:otherwise>
			</xsl:choose>
		</dd>
	</xsl:template>

	<!-- ==== backups ==== -->

	<xsl:template match="backups">
		<section class="card" id="backups">
			<h2><t:say key="device.backups"/></h2>
			<xsl:if test="@problem"><p class="notice bad" lang="en"><xsl:value-of select="@problem"/></p></xsl:if>
			<xsl:choose>
				<xsl:when test="backup">
					<xsl:if test="count(backup) &gt; 1 and $page/@operator"><xsl:call-template name="diff-form"/></xsl:if>
					<div class="scroll" tabindex="0" role="region" aria-label="[[device.backups]]">
						<table class="grid" aria-label="[[device.backups]]">
							<thead>
								<tr>
									<th scope="col"><t:say key="device.backup.number"/></th>
									<th scope="col"><t:say key="device.backup.stored"/></th>
									<th scope="col"><t:say key="device.backup.size"/></th>
									<th scope="col" class="file"><t:say key="device.backup.file"/></th>
									<xsl:if test="$page/@operator"><th scope="col"><t:say key="device.backup.acts"/></th></xsl:if>
								</tr>
							</thead>
							<tbody><xsl:apply-templates select="backup"/></tbody>
						</table>
					</div>
					<xsl:if test="@more"><p class="muted" id="backups-more"><t:count key="device.backups.more" select="@more"/></p></xsl:if>
				</xsl:when>
				<xsl:when test="not(@on)">
					<xsl:call-template name="empty">
						<xsl:with-param name="title"><t:say key="device.backups.off"/></xsl:with-param>
						<xsl:with-param name="hint"><a href="{$admin}configuration"><t:say key="device.to-configuration"/></a></xsl:with-param>
					</xsl:call-template>
				</xsl:when>
				<xsl:when test="@problem"/>
				<xsl:otherwise>
					<xsl:call-template name="empty">
						<xsl:with-param name="title"><t:say key="device.backups.empty"/></xsl:with-param>
						<xsl:with-param name="hint"><t:say key="device.backups.hint"/></xsl:with-param>
					</xsl:call-template>
				</xsl:otherwise>
			</xsl:choose>
		</section>
	</xsl:template>

	<!-- The newest two are chosen to begin with. -->
	<xsl:template name="diff-form">
		<form class="toolbar" id="diff" method="get" action="{$admin}device/diff">
			<input type="hidden" name="sn" value="{$device/@sn}"/>
			<label><t:say key="device.diff.from"/><xsl:text> </xsl:text>
				<select name="a" id="diff-a">
					<xsl:for-each select="backup">
						<option value="{@number}" data-at="{@stored}" data-before="{@number} · ">
							<xsl:if test="position() = 2"><xsl:attribute name="selected">selected</xsl:attribute></xsl:if>
							<xsl:value-of select="concat(@number, ' · ', substring(@stored-iso, 1, 10), ' ', substring(@stored-iso, 12, 5), ' UTC')"/>
						</option>
					</xsl:for-each>
				</select>
			</label>
			<label><t:say key="device.diff.to"/><xsl:text> </xsl:text>
				<select name="b" id="diff-b">
					<xsl:for-each select="backup">
						<option value="{@number}" data-at="{@stored}" data-before="{@number} · ">
							<xsl:value-of select="concat(@number, ' · ', substring(@stored-iso, 1, 10), ' ', substring(@stored-iso, 12, 5), ' UTC')"/>
						</option>
					</xsl:for-each>
				</select>
			</label>
			<button type="submit"><t:say key="device.diff.compare"/></button>
		</form>
	</xsl:template>

	<xsl:template match="backup">
		<tr data-backup="{@number}">
			<th scope="row"><xsl:value-of select="@number"/></th>
			<td>
				<xsl:call-template name="age">
					<xsl:with-param name="at" select="@stored"/>
					<xsl:with-param name="iso" select="@stored-iso"/>
				</xsl:call-template>
			</td>
			<td><xsl:call-template name="size"><xsl:with-param name="bytes" select="@size"/></xsl:call-template></td>
			<td class="mono file"><xsl:value-of select="@file"/></td>
			<xsl:if test="$page/@operator">
				<td class="actions">
					<a class="button" href="{$admin}{@url}" aria-label="[[device.backup.download]] {@file}"><t:say key="device.backup.download"/></a>
					<form method="post" action="{$admin}device/act">
						<xsl:call-template name="csrf"/>
						<input type="hidden" name="sn" value="{$device/@sn}"/>
						<input type="hidden" name="file" value="{@file}"/>
						<button type="submit" class="danger" name="action" value="drop" aria-label="[[device.backup.drop]] {@file}"><t:say key="device.backup.drop"/></button>
					</form>
				</td>
			</xsl:if>
		</tr>
	</xsl:template>

	<!-- ==== certificate ==== -->

	<xsl:template match="certificate">
		<section class="card" id="certificate">
			<h2><t:say key="device.certificate"/></h2>
			<xsl:choose>
				<xsl:when test="not(@on)">
					<p class="muted" id="cert-off">
						<t:say key="device.cert.switched-off"/>
						<xsl:text> </xsl:text>
						<a href="{$admin}configuration"><t:say key="device.to-configuration"/></a>
					</p>
				</xsl:when>
				<xsl:otherwise>
					<xsl:apply-templates select="tried"/>
					<xsl:if test="@state"><xsl:call-template name="cert-state"/></xsl:if>
					<xsl:apply-templates select="facts"/>
					<xsl:apply-templates select="request"/>
				</xsl:otherwise>
			</xsl:choose>
		</section>
	</xsl:template>

	<xsl:template match="tried">
		<!-- It stands far below the top of the page, to which the browser would go. -->
		<div id="tried" tabindex="-1" autofocus="autofocus">
			<xsl:choose>
				<xsl:when test="@refused">
					<xsl:attribute name="class">notice bad</xsl:attribute>
					<xsl:attribute name="role">alert</xsl:attribute>
					<p><b><t:pick prefix="device.cert.refused." select="@what"/></b></p>
					<p lang="en" id="refused"><xsl:value-of select="@refused"/></p>
				</xsl:when>
				<xsl:otherwise>
					<xsl:attribute name="class">notice warn</xsl:attribute>
					<xsl:attribute name="role">status</xsl:attribute>
					<p><b><t:pick prefix="device.cert.done." select="@what"/></b></p>
				</xsl:otherwise>
			</xsl:choose>
			<xsl:for-each select="said"><p lang="en" class="said"><xsl:value-of select="."/></p></xsl:for-each>
		</div>
	</xsl:template>

	<xsl:template name="cert-state">
		<p id="cert-state" data-state="{@state}">
			<xsl:call-template name="badge">
				<xsl:with-param name="kind">
					<xsl:choose>
						<xsl:when test="@state = 'fine'">good</xsl:when>
						<xsl:when test="@state = 'error' or @state = 'revoked' or @state = 'expired' or @state = 'stranger'">bad</xsl:when>
						<xsl:when test="@state = 'off'">muted</xsl:when>
						<xsl:otherwise>warn</xsl:otherwise>
					</xsl:choose>
				</xsl:with-param>
				<xsl:with-param name="text"><t:pick prefix="device.cert.state." select="@state"/></xsl:with-param>
			</xsl:call-template>
			<xsl:text> </xsl:text>
			<span lang="en"><xsl:value-of select="@why"/></span>
		</p>
	</xsl:template>

	<xsl:template match="facts">
		<xsl:if test="@answered or @tls-issuer != '' or @serial != ''">
			<dl class="facts" id="cert-facts">
				<xsl:if test="@answered">
					<dt><t:say key="device.cert.subject"/></dt>
					<dd>
						<xsl:choose>
							<xsl:when test="@none"><t:say key="device.cert.none"/></xsl:when>
							<xsl:when test="@subject = ''">–</xsl:when>
							<xsl:otherwise><xsl:value-of select="@subject"/></xsl:otherwise>
						</xsl:choose>
						<span class="muted"> · <t:say key="device.cert.answered"><t:with>
							<xsl:call-template name="age">
								<xsl:with-param name="at" select="@answered"/>
								<xsl:with-param name="iso" select="@answered-iso"/>
							</xsl:call-template>
						</t:with></t:say>
							<xsl:if test="@proved"><xsl:text>, </xsl:text><t:say key="device.cert.proved"/></xsl:if>
						</span>
					</dd>
					<xsl:call-template name="fact">
						<xsl:with-param name="name"><t:say key="device.cert.issuer"/></xsl:with-param>
						<xsl:with-param name="value" select="string(@issuer)"/>
					</xsl:call-template>
					<xsl:if test="@from">
						<dt><t:say key="device.cert.from"/></dt>
						<dd><xsl:call-template name="moment"><xsl:with-param name="at" select="@from"/><xsl:with-param name="iso" select="@from-iso"/></xsl:call-template></dd>
					</xsl:if>
					<xsl:if test="@until">
						<dt><t:say key="device.cert.until"/></dt>
						<dd>
							<xsl:call-template name="moment"><xsl:with-param name="at" select="@until"/><xsl:with-param name="iso" select="@until-iso"/></xsl:call-template>
							<span class="muted"> · <xsl:call-template name="until"><xsl:with-param name="at" select="@until"/><xsl:with-param name="iso" select="@until-iso"/></xsl:call-template></span>
						</dd>
					</xsl:if>
				</xsl:if>
				<xsl:if test="@serial != ''">
					<dt><t:say key="device.cert.serial"/></dt>
					<dd>
						<span class="mono"><xsl:value-of select="@serial"/></span>
						<xsl:if test="@revoked">
							<xsl:text> </xsl:text>
							<xsl:call-template name="badge">
								<xsl:with-param name="kind">bad</xsl:with-param>
								<xsl:with-param name="text"><t:say key="device.cert.revoked"/></xsl:with-param>
							</xsl:call-template>
							<xsl:text> </xsl:text>
							<xsl:call-template name="age"><xsl:with-param name="at" select="@revoked"/><xsl:with-param name="iso" select="@revoked-iso"/></xsl:call-template>
						</xsl:if>
					</dd>
				</xsl:if>
				<xsl:if test="@tls-issuer != ''">
					<dt><t:say key="device.cert.proof"/></dt>
					<dd>
						<t:say key="device.cert.proof.text">
							<t:with><xsl:value-of select="@tls-issuer"/></t:with>
							<t:with><xsl:call-template name="moment"><xsl:with-param name="at" select="@tls-until"/><xsl:with-param name="iso" select="@tls-until-iso"/></xsl:call-template></t:with>
						</t:say>
					</dd>
				</xsl:if>
			</dl>
		</xsl:if>
	</xsl:template>

	<xsl:template match="request">
		<h3><t:say key="device.csr"/></h3>
		<p id="csr-state" data-state="{@state}">
			<xsl:call-template name="badge">
				<xsl:with-param name="kind">
					<xsl:choose>
						<xsl:when test="@state = 'error' or @state = 'damaged' or @state = 'misfit'">bad</xsl:when>
						<xsl:when test="@state = 'waiting'">warn</xsl:when>
						<xsl:when test="@state = 'gone'">muted</xsl:when>
						<xsl:otherwise>good</xsl:otherwise>
					</xsl:choose>
				</xsl:with-param>
				<xsl:with-param name="text"><t:pick prefix="device.csr.state." select="@state"/></xsl:with-param>
			</xsl:call-template>
			<xsl:if test="not(@state = 'gone' or @state = 'signed' or @state = 'sent' or @text = @state)">
				<xsl:text> </xsl:text>
				<span lang="en"><xsl:value-of select="@text"/></span>
			</xsl:if>
		</p>
		<xsl:if test="@problem and @state != 'damaged' and @state != 'misfit'"><p class="notice warn" lang="en"><xsl:value-of select="@problem"/></p></xsl:if>
		<xsl:apply-templates select="decoded"/>
		<xsl:apply-templates select="signed"/>
		<xsl:if test="$page/@operator">
			<xsl:apply-templates select="approve"/>
			<xsl:if test="decoded"><xsl:call-template name="upload"/></xsl:if>
			<xsl:if test="@droppable"><xsl:call-template name="clear"/></xsl:if>
		</xsl:if>
		<xsl:if test="@state = 'gone' and not(@droppable)">
			<p class="muted"><t:say key="device.csr.hint"/></p>
		</xsl:if>
	</xsl:template>

	<xsl:template match="decoded">
		<xsl:if test="@weak"><p class="notice bad" id="weak"><t:say key="device.csr.weak"/><xsl:text> </xsl:text><span lang="en"><xsl:value-of select="@weak"/></span></p></xsl:if>
		<xsl:choose>
			<xsl:when test="differs">
				<div class="notice warn" id="differs">
					<p><b><t:say key="device.csr.differs"/></b></p>
					<ul><xsl:for-each select="differs"><li lang="en"><xsl:value-of select="."/></li></xsl:for-each></ul>
				</div>
			</xsl:when>
			<xsl:otherwise><p class="muted" id="fits"><t:say key="device.csr.fits"/></p></xsl:otherwise>
		</xsl:choose>
		<dl class="facts" id="csr">
			<dt><t:say key="device.csr.received"/></dt>
			<dd>
				<xsl:call-template name="age"><xsl:with-param name="at" select="../@received"/><xsl:with-param name="iso" select="../@received-iso"/></xsl:call-template>
				<xsl:if test="../@origin"><span class="muted"> · <t:say key="device.csr.origin"><t:with><xsl:value-of select="../@origin"/></t:with></t:say></span></xsl:if>
			</dd>
			<xsl:call-template name="fact">
				<xsl:with-param name="name"><t:say key="device.csr.auto"/></xsl:with-param>
				<xsl:with-param name="value" select="string(../@auto)"/>
			</xsl:call-template>
			<dt><t:say key="device.csr.subject"/></dt>
			<dd><xsl:value-of select="@subject"/></dd>
			<xsl:call-template name="fact">
				<xsl:with-param name="name"><t:say key="device.csr.names"/></xsl:with-param>
				<xsl:with-param name="value" select="string(@names)"/>
			</xsl:call-template>
			<dt><t:say key="device.csr.key"/></dt>
			<dd><xsl:value-of select="@key"/></dd>
			<dt><t:say key="device.csr.signature"/></dt>
			<dd><xsl:value-of select="@signature"/></dd>
			<dt><t:say key="device.csr.digest"/></dt>
			<dd class="mono wrap" id="digest"><xsl:value-of select="@digest"/></dd>
		</dl>
		<p class="actions">
			<a class="button" id="csr-pem" href="{$admin}{@pem}"><t:say key="device.csr.pem"/></a>
			<a class="button" id="csr-der" href="{$admin}{@der}"><t:say key="device.csr.der"/></a>
		</p>
	</xsl:template>

	<xsl:template match="signed">
		<h4><t:say key="device.csr.signed"/></h4>
		<dl class="facts" id="signed">
			<dt><t:say key="device.cert.subject"/></dt>
			<dd><xsl:value-of select="@cn"/></dd>
			<dt><t:say key="device.cert.issuer"/></dt>
			<dd>
				<xsl:value-of select="@issuer"/>
				<xsl:if test="@stranger">
					<xsl:text> </xsl:text>
					<xsl:call-template name="badge">
						<xsl:with-param name="kind">bad</xsl:with-param>
						<xsl:with-param name="text"><t:say key="device.cert.stranger"/></xsl:with-param>
					</xsl:call-template>
				</xsl:if>
			</dd>
			<dt><t:say key="device.cert.number"/></dt>
			<dd class="mono wrap"><xsl:value-of select="@serial"/></dd>
			<dt><t:say key="device.cert.until"/></dt>
			<dd><xsl:call-template name="moment"><xsl:with-param name="at" select="@until"/><xsl:with-param name="iso" select="@until-iso"/></xsl:call-template></dd>
			<dt><t:say key="device.csr.sent"/></dt>
			<dd>
				<xsl:call-template name="age">
					<xsl:with-param name="at" select="@sent"/><xsl:with-param name="iso" select="@sent-iso"/>
					<xsl:with-param name="never"><t:say key="device.csr.not-sent"/></xsl:with-param>
				</xsl:call-template>
			</dd>
		</dl>
	</xsl:template>

	<xsl:template match="approve">
		<xsl:choose>
			<xsl:when test="@not"><p class="muted" id="approve-not"><t:say key="device.approve.not"/><xsl:text> </xsl:text><span lang="en"><xsl:value-of select="@not"/></span></p></xsl:when>
			<xsl:otherwise>
				<h4><t:say key="device.approve"/></h4>
				<form class="stack" id="approve" method="post" action="{$admin}device/certificate">
					<xsl:call-template name="csrf"/>
					<input type="hidden" name="sn" value="{$device/@sn}"/>
					<input type="hidden" name="digest" value="{../decoded/@digest}"/>
					<label for="why"><t:say key="device.approve.why"/></label>
					<input id="why" name="why" type="text" maxlength="200" autocomplete="off"/>
					<p class="actions"><button type="submit" name="action" value="approve"><t:say key="device.approve.do"/></button></p>
				</form>
			</xsl:otherwise>
		</xsl:choose>
	</xsl:template>

	<xsl:template name="upload">
		<h4><t:say key="device.upload"/></h4>
		<form class="stack" id="upload" method="post" enctype="multipart/form-data" action="{$admin}device/certificate">
			<xsl:call-template name="csrf"/>
			<input type="hidden" name="sn" value="{$device/@sn}"/>
			<label for="upload-file"><t:say key="device.upload.file"/></label>
			<input id="upload-file" name="certificate" type="file" accept=".pem,.crt,.cer,.der,application/x-x509-user-cert"/>
			<label for="upload-pem"><t:say key="device.upload.pem"/></label>
			<textarea id="upload-pem" name="pem" rows="4" class="mono" spellcheck="false" autocomplete="off"><xsl:value-of select="$device/certificate/tried/pem"/></textarea>
			<p class="actions"><button type="submit" name="action" value="import"><t:say key="device.upload.do"/></button></p>
		</form>
	</xsl:template>

	<xsl:template name="clear">
		<form id="clear" method="post" action="{$admin}device/certificate">
			<xsl:call-template name="csrf"/>
			<input type="hidden" name="sn" value="{$device/@sn}"/>
			<p class="actions">
				<button type="submit" class="danger" name="action" value="clear">
					<xsl:choose>
						<xsl:when test="@state = 'error'"><t:say key="device.clear.error"/></xsl:when>
						<xsl:otherwise><t:say key="device.clear.do"/></xsl:otherwise>
					</xsl:choose>
				</button>
				<span class="muted"><t:say key="device.clear.hint"/></span>
			</p>
		</form>
	</xsl:template>

	<!-- ==== actions ==== -->

	<xsl:template name="actions">
		<section class="card" id="actions">
			<h2><t:say key="device.actions"/></h2>
			<form id="act" method="post" action="{$admin}device/act">
				<xsl:call-template name="csrf"/>
				<input type="hidden" name="sn" value="{@sn}"/>
				<p class="actions">
					<button type="submit" name="action" value="touch"><t:say key="device.touch"/></button>
					<span class="muted"><t:say key="device.touch.hint"/></span>
				</p>
				<p class="actions">
					<button type="submit" class="danger" name="action" value="forget"><t:say key="device.forget"/></button>
					<span class="muted"><t:say key="device.forget.hint"/></span>
				</p>
			</form>
		</section>
	</xsl:template>
</xsl:stylesheet>
