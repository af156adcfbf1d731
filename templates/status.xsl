<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: ISC -->
<!-- How the server and its machine are; lib/pages/page_status.c makes <status>. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:t="urn:rollcall:texts">
	<xsl:import href="layout.xsl"/>

	<xsl:template match="page" mode="title"><t:say key="status.title"/></xsl:template>

	<xsl:template match="page" mode="main">
		<div class="toolbar">
			<h1><t:say key="status.title"/></h1>
			<a class="button" id="xml" href="{$admin}status.xml"><t:say key="status.xml"/></a>
			<a class="button" id="metrics" href="{$admin}metrics"><t:say key="status.metrics"/></a>
		</div>
		<div id="status" data-live="10">
			<xsl:apply-templates select="status"/>
		</div>
	</xsl:template>

	<xsl:template match="status">
		<div class="cards">
			<xsl:apply-templates select="server"/>
			<xsl:apply-templates select="server" mode="polls"/>
			<xsl:apply-templates select="host"/>
		</div>
		<div class="cards">
			<xsl:apply-templates select="server" mode="certificates"/>
			<xsl:apply-templates select="server" mode="traces"/>
		</div>
		<xsl:apply-templates select="host" mode="disks"/>
		<xsl:apply-templates select="server" mode="processes"/>
	</xsl:template>

	<!-- ==== the server ==== -->

	<xsl:template match="server">
		<section class="card" id="server" aria-labelledby="server-title">
			<h2 id="server-title"><t:say key="status.server"/></h2>
			<dl class="facts">
				<dt><t:say key="status.configuration"/></dt>
				<dd data-configuration="{@configuration}">
					<xsl:call-template name="badge">
						<xsl:with-param name="kind"><xsl:choose>
							<xsl:when test="@configuration = 'good'">good</xsl:when>
							<xsl:otherwise>bad</xsl:otherwise>
						</xsl:choose></xsl:with-param>
						<xsl:with-param name="text"><t:pick prefix="status.config." select="@configuration"/></xsl:with-param>
					</xsl:call-template>
					<xsl:text> </xsl:text>
					<span class="muted">
						<t:say key="status.generation"><t:with><xsl:value-of select="@generation"/></t:with></t:say>
						<xsl:text>, </xsl:text>
						<xsl:call-template name="age">
							<xsl:with-param name="at" select="@loaded"/><xsl:with-param name="iso" select="@loaded-iso"/>
						</xsl:call-template>
					</span>
				</dd>
				<xsl:apply-templates select="store"/>
				<xsl:apply-templates select="master"/>
				<dt><t:say key="status.loglevel"/></dt>
				<dd data-loglevel="{@loglevel}"><t:pick prefix="status.loglevel." select="@loglevel"/></dd>
				<xsl:if test="address">
					<dt><t:say key="status.addresses"/></dt>
					<dd><xsl:for-each select="address"><div class="mono small"><xsl:value-of select="."/></div></xsl:for-each></dd>
				</xsl:if>
				<dt><t:say key="status.programs"/></dt>
				<dd><xsl:apply-templates select="program"/></dd>
				<dt><t:say key="status.restarts"/></dt>
				<dd id="restarts"><t:number select="@restarts"/></dd>
			</dl>
		</section>
	</xsl:template>

	<xsl:template match="program">
		<div data-program="{@name}">
			<span class="mono"><xsl:value-of select="@name"/></span>
			<xsl:text> </xsl:text>
			<span class="muted">
				<xsl:choose>
					<xsl:when test="@pid and @pid != 0">
						<xsl:call-template name="age">
							<xsl:with-param name="at" select="@since"/><xsl:with-param name="iso" select="@since-iso"/>
						</xsl:call-template>
					</xsl:when>
					<xsl:otherwise><t:say key="status.not-running"/></xsl:otherwise>
				</xsl:choose>
				<xsl:if test="@restarts &gt; 0">
					<xsl:text>, </xsl:text><t:say key="status.restarted"/><xsl:text>: </xsl:text><t:number select="@restarts"/>
				</xsl:if>
			</span>
		</div>
	</xsl:template>

	<xsl:template match="store">
		<dt><t:say key="status.store"/></dt>
		<dd data-store="{@state}">
			<xsl:call-template name="badge">
				<xsl:with-param name="kind"><xsl:choose>
					<xsl:when test="@state = 'good'">good</xsl:when>
					<xsl:when test="@state = 'full'">warn</xsl:when>
					<xsl:otherwise>bad</xsl:otherwise>
				</xsl:choose></xsl:with-param>
				<xsl:with-param name="text"><t:pick prefix="status.store-state." select="@state"/></xsl:with-param>
			</xsl:call-template>
			<xsl:text> </xsl:text>
			<span class="muted">
				<t:count key="status.store-size" select="@devices">
					<t:with><xsl:call-template name="bytes"><xsl:with-param name="bytes" select="@bytes"/></xsl:call-template></t:with>
				</t:count>
			</span>
			<xsl:if test=". != ''"><div class="small"><xsl:value-of select="."/></div></xsl:if>
		</dd>
		<dt><t:say key="status.commits"/></dt>
		<dd>
			<t:say key="status.commits-text">
				<t:with><t:number select="@commits"/></t:with>
				<t:with><t:number select="@changes"/></t:with>
				<t:with><t:number select="@failures"/></t:with>
			</t:say>
		</dd>
		<dt><t:say key="status.sightings"/></dt>
		<dd>
			<t:say key="status.sightings-text">
				<t:with><t:number select="@sightings-waiting"/></t:with>
				<t:with><t:number select="@sightings-lost"/></t:with>
			</t:say>
		</dd>
	</xsl:template>

	<xsl:template match="master">
		<dt><t:say key="status.master"/></dt>
		<dd data-master="{@state}">
			<xsl:call-template name="badge">
				<xsl:with-param name="kind"><xsl:choose>
					<xsl:when test="@state = 'current'">good</xsl:when>
					<xsl:when test="@state = 'stale'">bad</xsl:when>
					<xsl:otherwise>muted</xsl:otherwise>
				</xsl:choose></xsl:with-param>
				<xsl:with-param name="text"><t:pick prefix="status.master-state." select="@state"/></xsl:with-param>
			</xsl:call-template>
			<xsl:if test="@answered">
				<xsl:text> </xsl:text>
				<span class="muted"><xsl:call-template name="age">
					<xsl:with-param name="at" select="@answered"/><xsl:with-param name="iso" select="@answered-iso"/>
				</xsl:call-template></span>
			</xsl:if>
			<xsl:if test=". != ''"><div class="small"><xsl:value-of select="."/></div></xsl:if>
		</dd>
	</xsl:template>

	<!-- ==== what devices send ==== -->

	<xsl:template match="server" mode="polls">
		<section class="card" id="polls" aria-labelledby="polls-title">
			<h2 id="polls-title"><t:say key="status.polls"/></h2>
			<table class="grid compact" aria-labelledby="polls-title">
				<thead class="visually-hidden"><tr>
					<th scope="col"><t:say key="status.result"/></th>
					<th scope="col" class="n"><t:say key="status.result-count"/></th>
				</tr></thead>
				<tbody>
					<xsl:for-each select="polls/result">
						<tr data-result="{@name}">
							<th scope="row"><t:pick prefix="status.result." select="@name"/></th>
							<td class="n"><t:number select="@count"/></td>
						</tr>
					</xsl:for-each>
				</tbody>
			</table>
			<xsl:if test="polls/@half-ms">
				<p class="muted small" id="times"><t:say key="status.times">
					<t:with><xsl:call-template name="ms"><xsl:with-param name="ms" select="polls/@half-ms"/></xsl:call-template></t:with>
					<t:with><xsl:call-template name="ms"><xsl:with-param name="ms" select="polls/@most-ms"/></xsl:call-template></t:with>
				</t:say></p>
			</xsl:if>
			<dl class="facts">
				<dt><t:say key="status.uploads"/></dt>
				<dd><t:say key="status.uploads-text">
					<t:with><t:number select="uploads/@taken"/></t:with>
					<t:with><t:number select="uploads/@refused"/></t:with>
				</t:say></dd>
				<dt><t:say key="status.entries"/></dt>
				<dd><t:say key="status.entries-text">
					<t:with><t:number select="entries/@logs"/></t:with>
					<t:with><t:number select="entries/@alarms"/></t:with>
					<t:with><t:number select="entries/@refused"/></t:with>
					<t:with><t:number select="entries/@limited"/></t:with>
					<t:with><t:number select="entries/@failed"/></t:with>
				</t:say></dd>
				<xsl:if test="queue">
					<dt><t:say key="status.queues"/></dt>
					<dd>
						<xsl:for-each select="queue">
							<xsl:if test="position() &gt; 1">, </xsl:if>
							<span class="mono"><xsl:value-of select="@kind"/></span><xsl:text> </xsl:text><t:number select="@waiting"/>
						</xsl:for-each>
					</dd>
				</xsl:if>
			</dl>
		</section>
	</xsl:template>

	<!-- "10000+" is no number. -->
	<xsl:template name="ms">
		<xsl:param name="ms"/>
		<xsl:choose>
			<xsl:when test="number($ms) = number($ms)"><xsl:value-of select="format-number($ms, '#[[number.group]]##0[[number.point]]##', 'n')"/></xsl:when>
			<xsl:otherwise><xsl:value-of select="$ms"/></xsl:otherwise>
		</xsl:choose>
	</xsl:template>

	<!-- ==== certificates, traces ==== -->

	<xsl:template match="server" mode="certificates">
		<section class="card" id="certificates" aria-labelledby="certificates-title">
			<h2 id="certificates-title"><t:say key="status.certificates"/></h2>
			<xsl:choose>
				<xsl:when test="certificate">
					<table class="grid compact" aria-labelledby="certificates-title">
						<thead><tr>
							<th scope="col"><t:say key="status.certificate"/></th>
							<th scope="col"><t:say key="status.until"/></th>
							<th scope="col"><t:say key="status.state"/></th>
						</tr></thead>
						<tbody>
							<xsl:for-each select="certificate">
								<tr>
									<th scope="row" class="mono"><xsl:value-of select="@file"/></th>
									<td class="nowrap"><xsl:call-template name="moment">
										<xsl:with-param name="at" select="@until"/><xsl:with-param name="iso" select="@until-iso"/>
										<xsl:with-param name="day" select="true()"/>
									</xsl:call-template></td>
									<td>
										<xsl:call-template name="badge">
											<xsl:with-param name="kind"><xsl:choose>
												<xsl:when test="@state = 'good'">good</xsl:when>
												<xsl:when test="@state = 'expiring'">warn</xsl:when>
												<xsl:otherwise>bad</xsl:otherwise>
											</xsl:choose></xsl:with-param>
											<xsl:with-param name="text"><t:pick prefix="status.certificate-state." select="@state"/></xsl:with-param>
										</xsl:call-template>
										<xsl:if test=". != ''"><div class="small"><xsl:value-of select="."/></div></xsl:if>
									</td>
								</tr>
							</xsl:for-each>
						</tbody>
					</table>
				</xsl:when>
				<xsl:otherwise><p class="muted"><t:say key="status.no-certificates"/></p></xsl:otherwise>
			</xsl:choose>
		</section>
	</xsl:template>

	<xsl:template match="server" mode="traces">
		<section class="card" id="traces" aria-labelledby="traces-title">
			<h2 id="traces-title"><t:say key="status.traces"/></h2>
			<xsl:choose>
				<xsl:when test="traced">
					<ul class="plain">
						<xsl:for-each select="traced">
							<li>
								<a class="mono" href="{$admin}device?sn={@sn}"><xsl:value-of select="@sn"/></a>
								<xsl:text> </xsl:text><t:say key="status.traced-until"/><xsl:text> </xsl:text>
								<xsl:call-template name="moment">
									<xsl:with-param name="at" select="@until"/><xsl:with-param name="iso" select="@until-iso"/>
								</xsl:call-template>
							</li>
						</xsl:for-each>
					</ul>
				</xsl:when>
				<xsl:otherwise><p class="muted"><t:say key="status.no-traces"/></p></xsl:otherwise>
			</xsl:choose>
		</section>
	</xsl:template>

	<!-- ==== the machine ==== -->

	<xsl:template match="host">
		<section class="card" id="host" aria-labelledby="host-title">
			<h2 id="host-title"><t:say key="status.machine"/></h2>
			<dl class="facts">
				<dt><t:say key="status.host"/></dt>
				<dd><xsl:value-of select="@name"/></dd>
				<dt><t:say key="status.booted"/></dt>
				<dd><xsl:call-template name="age">
					<xsl:with-param name="at" select="@booted"/><xsl:with-param name="iso" select="@booted-iso"/>
				</xsl:call-template></dd>
				<dt><t:say key="status.cores"/></dt>
				<dd><t:number select="@cores"/></dd>
				<dt><t:say key="status.load"/></dt>
				<dd>
					<xsl:for-each select="load/@one | load/@five | load/@fifteen">
						<xsl:if test="position() &gt; 1"> · </xsl:if>
						<xsl:value-of select="format-number(., '#[[number.group]]##0[[number.point]]00', 'n')"/>
					</xsl:for-each>
				</dd>
				<dt><t:say key="status.memory"/></dt>
				<dd><xsl:call-template name="free">
					<xsl:with-param name="free" select="memory/@available"/><xsl:with-param name="of" select="memory/@total"/>
				</xsl:call-template></dd>
				<xsl:if test="memory/@swap-total &gt; 0">
					<dt><t:say key="status.swap"/></dt>
					<dd><xsl:call-template name="free">
						<xsl:with-param name="free" select="memory/@swap-free"/><xsl:with-param name="of" select="memory/@swap-total"/>
					</xsl:call-template></dd>
				</xsl:if>
				<dt><t:say key="status.all-processes"/></dt>
				<dd><t:number select="@processes"/></dd>
				<dt><t:say key="status.sockets"/></dt>
				<dd><t:say key="status.sockets-text">
					<t:with><t:number select="sockets/@all"/></t:with>
					<t:with><t:number select="sockets/@tcp + sockets/@tcp6"/></t:with>
					<t:with><t:number select="sockets/@tcp-closing"/></t:with>
					<t:with><t:number select="sockets/@udp + sockets/@udp6"/></t:with>
				</t:say></dd>
			</dl>
		</section>
	</xsl:template>

	<xsl:template name="free">
		<xsl:param name="free"/>
		<xsl:param name="of"/>
		<t:say key="status.memory-text">
			<t:with><xsl:call-template name="bytes"><xsl:with-param name="bytes" select="$free"/></xsl:call-template></t:with>
			<t:with><xsl:call-template name="bytes"><xsl:with-param name="bytes" select="$of"/></xsl:call-template></t:with>
		</t:say>
	</xsl:template>

	<!-- Disks are larger than what else is measured: up to TB, with a digit behind the point. -->
	<xsl:template name="bytes">
		<xsl:param name="bytes"/>
		<xsl:choose>
			<xsl:when test="$bytes &gt;= 1099511627776"><xsl:value-of select="format-number($bytes div 1099511627776, '#[[number.group]]##0[[number.point]]0', 'n')"/> TB</xsl:when>
			<xsl:when test="$bytes &gt;= 1073741824"><xsl:value-of select="format-number($bytes div 1073741824, '#[[number.group]]##0[[number.point]]0', 'n')"/> GB</xsl:when>
			<xsl:otherwise><xsl:call-template name="size"><xsl:with-param name="bytes" select="$bytes"/></xsl:call-template></xsl:otherwise>
		</xsl:choose>
	</xsl:template>

	<xsl:template match="host" mode="disks">
		<section class="card" aria-labelledby="disks-title">
			<h2 id="disks-title"><t:say key="status.disks"/></h2>
			<div class="scroll" tabindex="0" role="region" aria-labelledby="disks-title">
				<table class="grid" id="disks" aria-labelledby="disks-title">
					<thead><tr>
						<th scope="col"><t:say key="status.disk"/></th>
						<th scope="col" class="n"><t:say key="status.size"/></th>
						<th scope="col" class="n"><t:say key="status.used"/></th>
						<th scope="col" class="n"><t:say key="status.available"/></th>
						<th scope="col" class="n"><t:say key="status.percent"/></th>
					</tr></thead>
					<tbody>
						<xsl:for-each select="disk">
							<tr>
								<th scope="row" class="mono"><xsl:value-of select="@path"/></th>
								<td class="n"><xsl:call-template name="bytes"><xsl:with-param name="bytes" select="@size"/></xsl:call-template></td>
								<td class="n"><xsl:call-template name="bytes"><xsl:with-param name="bytes" select="@used"/></xsl:call-template></td>
								<td class="n"><xsl:call-template name="bytes"><xsl:with-param name="bytes" select="@available"/></xsl:call-template></td>
								<td class="n">
									<xsl:choose>
										<xsl:when test="@read-only">
											<xsl:call-template name="badge"><xsl:with-param name="kind" select="'bad'"/><xsl:with-param name="text"><t:say key="status.read-only"/></xsl:with-param></xsl:call-template>
											<xsl:text> </xsl:text>
										</xsl:when>
									</xsl:choose>
									<xsl:choose>
										<xsl:when test="@full">
											<xsl:call-template name="badge"><xsl:with-param name="kind" select="'bad'"/><xsl:with-param name="text"><xsl:value-of select="@percent"/> %</xsl:with-param></xsl:call-template>
										</xsl:when>
										<xsl:otherwise><xsl:value-of select="@percent"/> %</xsl:otherwise>
									</xsl:choose>
								</td>
							</tr>
						</xsl:for-each>
					</tbody>
				</table>
			</div>
		</section>
	</xsl:template>

	<!-- ==== processes ==== -->

	<xsl:template match="server" mode="processes">
		<section class="card" aria-labelledby="processes-title">
			<h2 id="processes-title"><t:say key="status.processes"/></h2>
			<div class="scroll" tabindex="0" role="region" aria-labelledby="processes-title">
				<table class="grid" id="processes" aria-labelledby="processes-title">
					<thead><tr>
						<th scope="col"><t:say key="status.process"/></th>
						<th scope="col" class="n"><t:say key="status.pid"/></th>
						<th scope="col"><t:say key="status.state"/></th>
						<th scope="col"><t:say key="status.since"/></th>
						<th scope="col" class="n"><t:say key="status.requests"/></th>
						<th scope="col" class="n"><t:say key="status.restarted"/></th>
						<th scope="col" class="n"><t:say key="status.memory-of"/></th>
						<th scope="col" class="n"><t:say key="status.cpu"/></th>
					</tr></thead>
					<tbody><xsl:apply-templates select="process"/></tbody>
				</table>
			</div>
		</section>
	</xsl:template>

	<xsl:template match="process">
		<tr data-kind="{@kind}" data-state="{@state}">
			<th scope="row"><t:pick prefix="status.kind." select="@kind"/></th>
			<td class="n mono"><xsl:value-of select="@pid"/></td>
			<td>
				<xsl:choose>
					<xsl:when test="@state = 'empty'">
						<xsl:call-template name="badge"><xsl:with-param name="kind" select="'bad'"/><xsl:with-param name="text"><t:say key="status.state.empty"/></xsl:with-param></xsl:call-template>
					</xsl:when>
					<xsl:otherwise><t:pick prefix="status.state." select="@state"/></xsl:otherwise>
				</xsl:choose>
				<xsl:if test="@busy-ms &gt;= 1000">
					<xsl:text> </xsl:text><t:say key="status.busy"><t:with><t:number select="@busy-ms"/></t:with></t:say>
				</xsl:if>
				<xsl:if test="@former">
					<xsl:text> </xsl:text><span class="muted"><t:say key="status.former"/></span>
				</xsl:if>
			</td>
			<td class="nowrap"><xsl:call-template name="age">
				<xsl:with-param name="at" select="@since"/><xsl:with-param name="iso" select="@since-iso"/>
			</xsl:call-template></td>
			<td class="n"><t:number select="@requests"/></td>
			<td class="n"><t:number select="@restarts"/></td>
			<td class="n"><xsl:call-template name="bytes"><xsl:with-param name="bytes" select="@memory"/></xsl:call-template></td>
			<td class="n"><t:say key="status.cpu-s"><t:with><xsl:value-of select="format-number(@cpu-ms div 1000, '#[[number.group]]##0[[number.point]]0', 'n')"/></t:with></t:say></td>
		</tr>
	</xsl:template>
</xsl:stylesheet>
