<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: ISC -->
<!-- The fleet as numbers and charts (lib/pages/page_fleet.c). Every number leads to the list behind it. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:t="urn:rollcall:texts">
	<xsl:import href="layout.xsl"/>
	<xsl:import href="charts.xsl"/>
	<xsl:import href="alarm.xsl"/>

	<xsl:template match="page" mode="title"><t:say key="nav.fleet"/></xsl:template>

	<xsl:template match="page" mode="main">
		<h1><t:say key="fleet.title"/></h1>
		<div id="fleet" data-live="10">
			<xsl:apply-templates select="fleet"/>
		</div>
	</xsl:template>

	<xsl:template match="fleet[@count = 0]">
		<div class="card">
			<xsl:call-template name="empty">
				<xsl:with-param name="title"><t:say key="fleet.empty"/></xsl:with-param>
				<xsl:with-param name="hint"><t:say key="fleet.empty-hint"/></xsl:with-param>
			</xsl:call-template>
			<ol class="first-steps">
				<li><a href="{$admin}configuration"><t:say key="fleet.first-configuration"/></a></li>
				<li><a href="{$admin}snippets"><t:say key="fleet.first-snippets"/></a></li>
				<li><a href="{$admin}add"><t:say key="fleet.first-add"/></a></li>
			</ol>
		</div>
		<xsl:apply-templates select="alarms"/>
		<div class="cards"><xsl:apply-templates select="server"/></div>
	</xsl:template>

	<xsl:template match="fleet">
		<div class="figures">
			<xsl:apply-templates select="numbers/number"/>
			<xsl:apply-templates select="alarms" mode="number"/>
		</div>
		<xsl:apply-templates select="alarms"/>
		<div class="cards wide">
			<xsl:apply-templates select="polls"/>
			<xsl:apply-templates select="server"/>
		</div>
		<div class="cards">
			<xsl:apply-templates select="bars[@name = 'phases']"/>
			<xsl:apply-templates select="bars[@name = 'firmware']"/>
			<xsl:apply-templates select="bars[@name = 'bootcode']"/>
		</div>
		<div class="cards">
			<xsl:apply-templates select="bars[@name = 'certificates']"/>
			<xsl:apply-templates select="expiries"/>
		</div>
		<div class="cards">
			<xsl:apply-templates select="few"/>
		</div>
	</xsl:template>

	<!-- ==== big numbers ==== -->

	<xsl:template match="number">
		<div class="card">
			<a href="{$admin}{@href}" data-n="{@name}">
				<xsl:attribute name="class">
					<xsl:text>number</xsl:text>
					<xsl:choose>
						<xsl:when test="@count = 0"/>
						<xsl:when test="@name = 'missing'"> bad</xsl:when>
						<xsl:when test="@name = 'approval'"> warn</xsl:when>
					</xsl:choose>
				</xsl:attribute>
				<b><t:number select="@count"/></b>
				<xsl:text> </xsl:text>
				<span>
					<xsl:choose>
						<xsl:when test="@count = 1"><t:pick prefix="fleet.number-one." select="@name"/></xsl:when>
						<xsl:otherwise><t:pick prefix="fleet.number." select="@name"/></xsl:otherwise>
					</xsl:choose>
				</span>
			</a>
			<p class="muted small">
				<xsl:choose>
					<xsl:when test="@name = 'approval'"><t:say key="fleet.number-hint.approval"/></xsl:when>
					<xsl:when test="@name = 'all'"><t:say key="fleet.number-hint.all"/></xsl:when>
					<xsl:otherwise>
						<t:say key="fleet.number-share"><t:with>
							<xsl:call-template name="share">
								<xsl:with-param name="count" select="@count"/>
								<xsl:with-param name="of" select="../../@count"/>
							</xsl:call-template>
						</t:with></t:say>
					</xsl:otherwise>
				</xsl:choose>
			</p>
		</div>
	</xsl:template>

	<!-- ==== alarms ==== -->

	<xsl:template match="alarms" mode="number">
		<div class="card">
			<a href="{$admin}alarms" data-n="alarms">
				<xsl:attribute name="class">
					<xsl:text>number</xsl:text>
					<xsl:choose>
						<xsl:when test="@unnoted = 0"/>
						<xsl:when test="@worst = 'major'"> bad</xsl:when>
						<xsl:otherwise> warn</xsl:otherwise>
					</xsl:choose>
				</xsl:attribute>
				<b><t:number select="@active"/></b>
				<xsl:text> </xsl:text>
				<span>
					<xsl:choose>
						<xsl:when test="@active = 1"><t:say key="fleet.number-one.alarms"/></xsl:when>
						<xsl:otherwise><t:say key="fleet.number.alarms"/></xsl:otherwise>
					</xsl:choose>
				</span>
			</a>
			<p class="muted small">
				<xsl:choose>
					<xsl:when test="@active = 0"><t:say key="fleet.number-hint.alarms-quiet"/></xsl:when>
					<xsl:when test="@unnoted = 0"><t:say key="fleet.number-hint.alarms-noted"/></xsl:when>
					<xsl:otherwise><t:say key="fleet.number-hint.alarms"><t:with><t:number select="@unnoted"/></t:with></t:say></xsl:otherwise>
				</xsl:choose>
			</p>
		</div>
	</xsl:template>

	<xsl:template match="alarms">
		<xsl:if test="alarm">
			<section class="card" id="active-alarms">
				<h2><t:say key="fleet.alarms"/></h2>
				<div class="scroll">
					<table class="grid compact alarms">
						<thead class="visually-hidden"><tr>
							<th scope="col"><t:say key="fleet.column.severity"/></th>
							<th scope="col"><t:say key="fleet.column.device"/></th>
							<th scope="col"><t:say key="fleet.column.alarm"/></th>
							<th scope="col"><t:say key="fleet.column.since"/></th>
						</tr></thead>
						<tbody><xsl:apply-templates select="alarm" mode="short"/></tbody>
					</table>
				</div>
				<p class="more"><a href="{$admin}alarms"><t:say key="fleet.alarms-all"/></a></p>
			</section>
		</xsl:if>
	</xsl:template>

	<!-- ==== bars ==== -->

	<xsl:template match="bars">
		<section class="card" id="{@name}">
			<h2 id="{@name}-title"><t:pick prefix="fleet.bars." select="@name"/></h2>
			<xsl:call-template name="bars-table"/>
			<xsl:apply-templates select="../bars[@name = concat(current()/@name, '-builds')]" mode="builds"/>
		</section>
	</xsl:template>

	<xsl:template match="bars" mode="builds">
		<xsl:if test="bar[@name != '']">
			<h3 id="{@name}-title"><t:pick prefix="fleet.bars." select="@name"/></h3>
			<xsl:call-template name="bars-table"/>
		</xsl:if>
	</xsl:template>

	<xsl:template name="bars-table">
		<table class="bars" aria-labelledby="{@name}-title">
			<thead class="visually-hidden">
				<tr>
					<th scope="col"><t:say key="fleet.column.what"/></th>
					<th scope="col"><t:say key="fleet.column.devices"/></th>
					<td/>
					<th scope="col"><t:say key="fleet.column.share"/></th>
				</tr>
			</thead>
			<tbody>
				<xsl:apply-templates select="bar|rest"/>
			</tbody>
		</table>
	</xsl:template>

	<xsl:template match="bar|rest">
		<tr>
			<th scope="row">
				<xsl:apply-templates select="." mode="label"/>
			</th>
			<td class="n">
				<xsl:choose>
					<xsl:when test="@href">
						<a href="{$admin}{@href}" data-n="{../@name}:{@name}">
							<xsl:if test="self::rest"><xsl:attribute name="data-n"><xsl:value-of select="../@name"/>::rest</xsl:attribute></xsl:if>
							<t:number select="@count"/></a>
					</xsl:when>
					<xsl:otherwise><t:number select="@count"/></xsl:otherwise>
				</xsl:choose>
			</td>
			<td class="line">
				<xsl:call-template name="bar">
					<xsl:with-param name="count" select="@count"/>
					<xsl:with-param name="of" select="../@of"/>
					<xsl:with-param name="kind"><xsl:apply-templates select="." mode="kind"/></xsl:with-param>
				</xsl:call-template>
			</td>
			<td class="share">
				<xsl:call-template name="share">
					<xsl:with-param name="count" select="@count"/>
					<xsl:with-param name="of" select="../@of"/>
				</xsl:call-template>
			</td>
		</tr>
	</xsl:template>

	<xsl:template match="bar" mode="label"><xsl:value-of select="@name"/></xsl:template>
	<xsl:template match="bar[@name = '']" mode="label"><span class="muted"><t:say key="fleet.unknown"/></span></xsl:template>
	<xsl:template match="rest" mode="label"><span class="muted"><t:say key="fleet.rest"/></span></xsl:template>
	<xsl:template match="bars[@name = 'phases']/bar[@strange]" mode="label">
		<xsl:value-of select="@name"/>
		<xsl:text> </xsl:text>
		<xsl:call-template name="badge">
			<xsl:with-param name="kind" select="'warn'"/>
			<xsl:with-param name="text"><t:say key="fleet.phase-strange"/></xsl:with-param>
		</xsl:call-template>
	</xsl:template>
	<xsl:template match="bar[@wanted]" mode="label">
		<xsl:value-of select="@name"/>
		<xsl:text> </xsl:text>
		<xsl:call-template name="badge">
			<xsl:with-param name="kind" select="'good'"/>
			<xsl:with-param name="text"><t:say key="fleet.wanted"/></xsl:with-param>
		</xsl:call-template>
	</xsl:template>
	<xsl:template match="bars[@name = 'firmware' or @name = 'bootcode']/bar" mode="label">
		<t:pick prefix="fleet.build." select="@name"/>
	</xsl:template>
	<xsl:template match="bars[@name = 'certificates']/bar" mode="label">
		<t:pick prefix="fleet.cert." select="@name"/>
	</xsl:template>

	<xsl:template match="rest" mode="kind">muted</xsl:template>
	<xsl:template match="bar" mode="kind">
		<xsl:choose>
			<xsl:when test="@wanted or @name = 'current' or @name = 'fine'">good</xsl:when>
			<xsl:when test="../@name = 'phases' and @strange">warn</xsl:when>
			<xsl:when test="../@name = 'certificates'">
				<xsl:choose>
					<xsl:when test="@name = 'error' or @name = 'revoked' or @name = 'expired'">bad</xsl:when>
					<xsl:when test="@name = 'approval' or @name = 'expiring' or @name = 'stranger'">warn</xsl:when>
					<xsl:when test="@name = 'none' or @name = 'unknown' or @name = 'off'">muted</xsl:when>
				</xsl:choose>
			</xsl:when>
			<xsl:when test="../@name = 'firmware' or ../@name = 'bootcode'">
				<xsl:choose>
					<xsl:when test="@name = 'other'">warn</xsl:when>
					<xsl:when test="@name = 'unknown' or @name = 'unwanted'">muted</xsl:when>
				</xsl:choose>
			</xsl:when>
			<xsl:when test="@name = ''">muted</xsl:when>
		</xsl:choose>
	</xsl:template>

	<!-- ==== polls ==== -->

	<xsl:template match="polls">
		<section class="card" id="polls">
			<h2><t:say key="fleet.polls"/></h2>
			<xsl:variable name="said">
				<t:count key="fleet.polls-said" select="@count"><t:with><t:number select="@refused"/></t:with></t:count>
			</xsl:variable>
			<p class="legend-line">
				<span><svg class="key" viewBox="0 0 1 1" aria-hidden="true"><rect class="bar" width="1" height="1"/></svg>
					<a href="{$admin}{@href}" data-n="polls"><t:number select="@count"/></a><xsl:text> </xsl:text><t:say key="fleet.polls-answered"/></span>
				<span><svg class="key" viewBox="0 0 1 1" aria-hidden="true"><rect class="bar bad" width="1" height="1"/></svg>
					<span data-n="refused" title="[[fleet.refused-hint]]"><t:number select="@refused"/></span><xsl:text> </xsl:text><t:say key="fleet.polls-refused"/></span>
			</p>
			<xsl:if test="@refused &gt; 0"><p class="muted small" id="refused-hint"><t:say key="fleet.refused-hint"/></p></xsl:if>
			<figure class="chart">
				<xsl:call-template name="columns">
					<xsl:with-param name="columns" select="column"/>
					<xsl:with-param name="top" select="@top"/>
					<xsl:with-param name="title"><t:say key="fleet.polls"/></xsl:with-param>
					<xsl:with-param name="desc" select="$said"/>
				</xsl:call-template>
				<div class="x" aria-hidden="true">
					<xsl:apply-templates select="column[position() mod 8 = 1]" mode="clock"/>
				</div>
			</figure>
			<details class="figures-as-text" id="polls-table">
				<summary><t:say key="fleet.as-table"/></summary>
				<div class="scroll">
					<table class="grid">
						<thead><tr>
							<th scope="col"><t:say key="fleet.column.from"/></th>
							<th scope="col" class="n"><t:say key="fleet.polls-answered"/></th>
							<th scope="col" class="n"><t:say key="fleet.polls-refused"/></th>
						</tr></thead>
						<tbody>
							<xsl:for-each select="column">
								<tr>
									<th scope="row"><xsl:call-template name="moment">
										<xsl:with-param name="at" select="@at"/><xsl:with-param name="iso" select="@at-iso"/>
									</xsl:call-template></th>
									<td class="n"><t:number select="@count"/></td>
									<td class="n"><t:number select="@bad"/></td>
								</tr>
							</xsl:for-each>
						</tbody>
					</table>
				</div>
			</details>
		</section>
	</xsl:template>

	<xsl:template match="column" mode="clock">
		<span><time datetime="{@at-iso}" data-at="{@at}" data-show="clock"><xsl:value-of select="substring(@at-iso, 12, 5)"/></time></span>
	</xsl:template>

	<!-- ==== certificates that end ==== -->

	<xsl:template match="expiries">
		<section class="card" id="expiries">
			<h2><t:say key="fleet.expiries"/></h2>
			<p class="legend-line">
				<xsl:for-each select="within">
					<span>
						<a href="{$admin}{@href}" data-n="within:{@days}"><t:number select="@count"/></a>
						<xsl:text> </xsl:text>
						<t:say key="fleet.within"><t:with><xsl:value-of select="@days"/></t:with></t:say>
					</span>
				</xsl:for-each>
				<span>
					<a href="{$admin}{later/@href}" data-n="later"><t:number select="later/@count"/></a>
					<xsl:text> </xsl:text>
					<t:say key="fleet.later"><t:with><xsl:value-of select="later/@days"/></t:with></t:say>
				</span>
			</p>
			<xsl:choose>
				<xsl:when test="@most &gt; 0"><xsl:call-template name="months"/></xsl:when>
				<xsl:otherwise>
					<p class="muted"><t:say key="fleet.expiries-none"><t:with><xsl:value-of select="later/@days"/></t:with></t:say></p>
				</xsl:otherwise>
			</xsl:choose>
		</section>
	</xsl:template>

	<xsl:template name="months">
			<div class="scroll"><figure class="chart months">
				<xsl:call-template name="columns">
					<xsl:with-param name="columns" select="column"/>
					<xsl:with-param name="top" select="@top"/>
					<xsl:with-param name="title"><t:say key="fleet.expiries"/></xsl:with-param>
					<xsl:with-param name="desc"><t:say key="fleet.expiries-said"/></xsl:with-param>
				</xsl:call-template>
				<ol class="x" aria-label="[[fleet.expiries-said]]">
					<xsl:for-each select="column">
						<li>
							<a href="{$admin}{@href}" data-n="month:{@to}">
								<xsl:attribute name="class"><xsl:if test="@count = 0">none</xsl:if></xsl:attribute>
								<b><t:number select="@count"/></b>
							</a>
							<span>
								<span class="visually-hidden"><t:say key="fleet.days-from"><t:with><xsl:value-of select="@from"/></t:with></t:say><xsl:text> </xsl:text></span>
								<xsl:value-of select="@to"/>
							</span>
						</li>
					</xsl:for-each>
				</ol>
			</figure></div>
			<p class="muted small center" aria-hidden="true"><t:say key="fleet.days-axis"/></p>
	</xsl:template>

	<!-- ==== the server ==== -->

	<xsl:template match="server">
		<section class="card" id="server">
			<h2><t:say key="fleet.server"/></h2>
			<dl class="facts">
				<xsl:if test="@configuration">
					<dt><t:say key="fleet.server.configuration"/></dt>
					<dd>
						<xsl:choose>
							<xsl:when test="@configuration = 'good'">
								<xsl:call-template name="badge">
									<xsl:with-param name="kind" select="'good'"/>
									<xsl:with-param name="text"><t:say key="fleet.server.in-force"/></xsl:with-param>
								</xsl:call-template>
							</xsl:when>
							<xsl:otherwise>
								<a href="{$admin}configuration">
									<xsl:call-template name="badge">
										<xsl:with-param name="kind" select="'bad'"/>
										<xsl:with-param name="text"><t:say key="fleet.server.has-mistake"/></xsl:with-param>
									</xsl:call-template>
								</a>
							</xsl:otherwise>
						</xsl:choose>
						<xsl:if test="@loaded and @configuration = 'good'">
							<xsl:text> </xsl:text>
							<span class="muted"><xsl:call-template name="age">
								<xsl:with-param name="at" select="@loaded"/><xsl:with-param name="iso" select="@loaded-iso"/>
							</xsl:call-template></span>
						</xsl:if>
					</dd>
					<dt><t:say key="fleet.server.store"/></dt>
					<dd>
						<xsl:choose>
							<xsl:when test="@writer = 'problem'">
								<xsl:call-template name="badge">
									<xsl:with-param name="kind" select="'bad'"/>
									<xsl:with-param name="text"><t:say key="fleet.server.cannot-write"/></xsl:with-param>
								</xsl:call-template>
							</xsl:when>
							<xsl:when test="@full">
								<xsl:call-template name="badge">
									<xsl:with-param name="kind" select="'warn'"/>
									<xsl:with-param name="text"><t:say key="fleet.server.full"/></xsl:with-param>
								</xsl:call-template>
							</xsl:when>
							<xsl:otherwise>
								<xsl:call-template name="badge">
									<xsl:with-param name="kind" select="'good'"/>
									<xsl:with-param name="text"><t:say key="fleet.server.writes"/></xsl:with-param>
								</xsl:call-template>
							</xsl:otherwise>
						</xsl:choose>
						<xsl:if test="@bytes &gt; 0">
							<xsl:text> </xsl:text>
							<span class="muted"><xsl:call-template name="size"><xsl:with-param name="bytes" select="@bytes"/></xsl:call-template></span>
						</xsl:if>
					</dd>
				</xsl:if>
				<xsl:apply-templates select="master"/>
				<xsl:if test="@started">
					<dt><t:say key="fleet.server.started"/></dt>
					<dd><xsl:call-template name="age">
						<xsl:with-param name="at" select="@started"/><xsl:with-param name="iso" select="@started-iso"/>
					</xsl:call-template></dd>
				</xsl:if>
			</dl>
		</section>
	</xsl:template>

	<xsl:template match="master">
		<dt><t:say key="fleet.master"/></dt>
		<dd data-master="{@state}">
			<xsl:call-template name="badge">
				<xsl:with-param name="kind">
					<xsl:choose>
						<xsl:when test="@state = 'good'">good</xsl:when>
						<xsl:when test="@state = 'problem'">bad</xsl:when>
						<xsl:otherwise>muted</xsl:otherwise>
					</xsl:choose>
				</xsl:with-param>
				<xsl:with-param name="text"><t:pick prefix="fleet.master." select="@state"/></xsl:with-param>
			</xsl:call-template>
			<xsl:if test="@answered and @state != 'unasked'">
				<xsl:text> </xsl:text>
				<span class="muted"><xsl:call-template name="age">
					<xsl:with-param name="at" select="@answered"/><xsl:with-param name="iso" select="@answered-iso"/>
				</xsl:call-template></span>
			</xsl:if>
			<xsl:if test=". != ''"><div class="small"><xsl:value-of select="."/></div></xsl:if>
		</dd>
		<xsl:if test="@firmware != ''">
			<dt><t:say key="fleet.master-runs"/></dt>
			<dd>
				<t:say key="fleet.master-builds">
					<t:with><b><xsl:value-of select="@firmware"/></b></t:with>
					<t:with><b><xsl:value-of select="@bootcode"/><xsl:if test="not(@bootcode != '')">–</xsl:if></b></t:with>
				</t:say>
			</dd>
		</xsl:if>
	</xsl:template>

	<!-- ==== a few devices ==== -->

	<xsl:template match="few">
		<section class="card" id="few-{@name}">
			<h2><t:pick prefix="fleet.few." select="@name"/></h2>
			<xsl:choose>
				<xsl:when test="device">
					<div class="scroll">
						<table class="grid compact">
							<thead class="visually-hidden"><tr>
								<th scope="col"><t:say key="fleet.column.device"/></th>
								<th scope="col"><t:say key="fleet.column.type"/></th>
								<th scope="col"><t:pick prefix="fleet.few-when." select="@name"/></th>
							</tr></thead>
							<tbody><xsl:apply-templates select="device"/></tbody>
						</table>
					</div>
					<p class="more"><a href="{$admin}{@href}"><t:pick prefix="fleet.few-all." select="@name"/></a></p>
				</xsl:when>
				<xsl:otherwise><p class="muted"><t:pick prefix="fleet.few-none." select="@name"/></p></xsl:otherwise>
			</xsl:choose>
		</section>
	</xsl:template>

	<xsl:template match="few/device">
		<tr>
			<th scope="row">
				<a href="{$admin}{@href}"><xsl:value-of select="@sn"/></a>
				<xsl:if test="@name != ''"><xsl:text> </xsl:text><span class="muted"><xsl:value-of select="@name"/></span></xsl:if>
			</th>
			<td><xsl:value-of select="@type"/></td>
			<td class="n"><xsl:call-template name="age">
				<xsl:with-param name="at" select="@at"/><xsl:with-param name="iso" select="@at-iso"/>
				<xsl:with-param name="never"><t:say key="fleet.never"/></xsl:with-param>
			</xsl:call-template></td>
		</tr>
	</xsl:template>
</xsl:stylesheet>
