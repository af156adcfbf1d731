<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: ISC -->
<!-- The days of a month, and the files of all months; lib/pages/page_stats.c makes <statistics>. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:t="urn:rollcall:texts">
	<xsl:import href="layout.xsl"/>
	<xsl:import href="charts.xsl"/>

	<xsl:template match="page" mode="title"><t:say key="statistics.title"/></xsl:template>

	<xsl:template match="page" mode="main">
		<div class="toolbar">
			<h1><t:say key="statistics.title"/></h1>
			<xsl:if test="statistics/@on"><xsl:apply-templates select="statistics" mode="form"/></xsl:if>
		</div>
		<xsl:choose>
			<xsl:when test="statistics/@on"><xsl:apply-templates select="statistics"/></xsl:when>
			<xsl:otherwise>
				<div class="card">
					<xsl:call-template name="empty">
						<xsl:with-param name="title"><t:say key="statistics.off"/></xsl:with-param>
						<xsl:with-param name="hint"><t:say key="statistics.off-hint"/></xsl:with-param>
					</xsl:call-template>
				</div>
			</xsl:otherwise>
		</xsl:choose>
	</xsl:template>

	<xsl:template match="statistics" mode="form">
		<form id="choose" method="get" action="{$admin}statistics">
			<label for="month"><t:say key="statistics.month"/></label>
			<select id="month" name="month">
				<xsl:if test="not(month/@chosen)"><option value="{@month}" selected="selected"><xsl:value-of select="@month"/></option></xsl:if>
				<xsl:apply-templates select="month" mode="option"/>
			</select>
			<button type="submit" class="quiet"><t:say key="statistics.show"/></button>
		</form>
		<xsl:for-each select="month[@chosen]/file">
			<a class="button" id="csv-{@kind}" href="{$admin}{@href}"><t:pick prefix="statistics.load." select="@kind"/></a>
		</xsl:for-each>
	</xsl:template>

	<xsl:template match="month" mode="option">
		<option value="{@name}">
			<xsl:if test="@chosen"><xsl:attribute name="selected">selected</xsl:attribute></xsl:if>
			<xsl:value-of select="@name"/>
		</option>
	</xsl:template>

	<xsl:template match="statistics">
		<section class="card" aria-labelledby="days-title">
			<h2 id="days-title"><t:say key="statistics.days"><t:with><xsl:value-of select="@month"/></t:with></t:say></h2>
			<xsl:choose>
				<xsl:when test="days/day"><xsl:apply-templates select="days"/></xsl:when>
				<xsl:otherwise>
					<xsl:call-template name="empty">
						<xsl:with-param name="title"><t:say key="statistics.nothing"/></xsl:with-param>
						<xsl:with-param name="hint"><t:say key="statistics.nothing-hint"/></xsl:with-param>
					</xsl:call-template>
				</xsl:otherwise>
			</xsl:choose>
		</section>
		<section class="card" aria-labelledby="files-title">
			<h2 id="files-title"><t:say key="statistics.files"/></h2>
			<p class="muted">
				<t:say key="statistics.files-hint">
					<t:with><code><xsl:value-of select="@folder"/></code></t:with>
					<t:with><t:number select="@keep"/></t:with>
				</t:say>
			</p>
			<xsl:call-template name="files"/>
		</section>
	</xsl:template>

	<!-- ==== days ==== -->

	<xsl:template match="days">
		<div class="scroll" tabindex="0" role="region" aria-label="[[statistics.caption]]">
			<table class="grid stack" id="days">
				<caption class="visually-hidden"><t:say key="statistics.caption"/></caption>
				<thead>
					<tr>
						<th scope="col"><t:say key="statistics.day"/></th>
						<th scope="col" class="n"><t:say key="statistics.polls"/></th>
						<th scope="col" class="bar-cell"><span class="visually-hidden"><t:say key="statistics.bar"/></span></th>
						<th scope="col" class="n"><t:say key="statistics.refused"/></th>
						<th scope="col" class="n"><t:say key="statistics.commands"/></th>
						<th scope="col" class="n"><t:say key="statistics.time"/></th>
						<th scope="col" class="n"><t:say key="statistics.logs"/></th>
						<th scope="col" class="n"><t:say key="statistics.alarms"/></th>
						<th scope="col" class="n"><t:say key="statistics.devices"/></th>
						<th scope="col" class="n"><t:say key="statistics.missing"/></th>
						<th scope="col" class="n"><t:say key="statistics.settled"/></th>
						<th scope="col"><t:say key="statistics.load.devices"/></th>
					</tr>
				</thead>
				<tbody><xsl:apply-templates select="day"/></tbody>
				<tfoot>
					<tr>
						<th scope="row"><t:say key="statistics.sum"/></th>
						<xsl:apply-templates select="sum" mode="numbers"/>
						<td colspan="4"></td>
					</tr>
				</tfoot>
			</table>
		</div>
	</xsl:template>

	<xsl:template match="day">
		<tr data-day="{@day}">
			<th scope="row" class="nowrap"><xsl:value-of select="@day"/></th>
			<xsl:apply-templates select="." mode="numbers"/>
			<xsl:call-template name="gauge"><xsl:with-param name="label"><t:say key="statistics.devices"/></xsl:with-param><xsl:with-param name="value" select="@devices"/></xsl:call-template>
			<xsl:call-template name="gauge"><xsl:with-param name="label"><t:say key="statistics.missing"/></xsl:with-param><xsl:with-param name="value" select="@missing"/></xsl:call-template>
			<xsl:call-template name="gauge"><xsl:with-param name="label"><t:say key="statistics.settled"/></xsl:with-param><xsl:with-param name="value" select="@settled"/></xsl:call-template>
			<td>
				<a href="{$admin}{@href}">
					<t:say key="statistics.csv"/>
					<span class="visually-hidden"><xsl:text> </xsl:text><t:say key="statistics.csv-day"><t:with><xsl:value-of select="@day"/></t:with></t:say></span>
				</a>
			</td>
		</tr>
	</xsl:template>

	<xsl:template match="day | sum" mode="numbers">
		<td class="n" data-label="[[statistics.polls]]"><t:number select="@polls"/></td>
		<td class="bar-cell">
			<xsl:if test="self::day">
				<xsl:call-template name="bar">
					<xsl:with-param name="count" select="@polls"/>
					<xsl:with-param name="of" select="../@most"/>
					<xsl:with-param name="kind" select="'good'"/>
				</xsl:call-template>
			</xsl:if>
		</td>
		<td class="n" data-label="[[statistics.refused]]"><t:number select="@polls_refused"/></td>
		<td class="n" data-label="[[statistics.commands]]"><t:number select="@polls_commands"/></td>
		<td class="n" data-label="[[statistics.time]]">
			<xsl:choose>
				<xsl:when test="@polls = 0">–</xsl:when>
				<xsl:otherwise><t:number select="@poll_mean_us"/></xsl:otherwise>
			</xsl:choose>
		</td>
		<td class="n" data-label="[[statistics.logs]]"><t:number select="@logs"/></td>
		<td class="n" data-label="[[statistics.alarms]]"><t:number select="@alarms"/></td>
	</xsl:template>

	<xsl:template name="gauge">
		<xsl:param name="label"/>
		<xsl:param name="value"/>
		<td class="n" data-label="{$label}">
			<xsl:choose>
				<xsl:when test="$value != ''"><t:number select="$value"/></xsl:when>
				<xsl:otherwise>–</xsl:otherwise>
			</xsl:choose>
		</td>
	</xsl:template>

	<!-- ==== files ==== -->

	<xsl:template name="files">
		<table class="grid stack" id="files">
			<caption class="visually-hidden"><t:say key="statistics.files"/></caption>
			<thead>
				<tr>
					<th scope="col"><t:say key="statistics.month"/></th>
					<th scope="col"><t:say key="statistics.what"/></th>
					<th scope="col"><t:say key="statistics.file"/></th>
					<th scope="col" class="n"><t:say key="statistics.size"/></th>
					<th scope="col"><t:say key="statistics.state"/></th>
				</tr>
			</thead>
			<tbody><xsl:apply-templates select="month/file"/></tbody>
		</table>
	</xsl:template>

	<xsl:template match="file">
		<tr>
			<th scope="row" class="nowrap"><a href="{$admin}statistics?month={../@name}"><xsl:value-of select="../@name"/></a></th>
			<td><t:pick prefix="statistics.kind." select="@kind"/></td>
			<td data-label="[[statistics.file]]">
				<xsl:choose>
					<xsl:when test="@large"><span class="mono"><xsl:value-of select="@name"/></span></xsl:when>
					<xsl:otherwise>
						<a class="mono" href="{$admin}{@href}"><xsl:value-of select="@name"/></a>
						<xsl:text> </xsl:text>
						<a class="small" href="{$admin}{@other-href}">
							<xsl:choose>
								<xsl:when test="contains(@other-href, 'separator=comma')"><t:say key="statistics.with-comma"/></xsl:when>
								<xsl:otherwise><t:say key="statistics.with-semicolon"/></xsl:otherwise>
							</xsl:choose>
							<span class="mono visually-hidden"><xsl:text> </xsl:text><xsl:value-of select="@name"/></span>
						</a>
					</xsl:otherwise>
				</xsl:choose>
			</td>
			<td class="n" data-label="[[statistics.size]]">
				<xsl:choose>
					<xsl:when test="@size"><xsl:call-template name="size"><xsl:with-param name="bytes" select="@size"/></xsl:call-template></xsl:when>
					<xsl:otherwise>–</xsl:otherwise>
				</xsl:choose>
			</td>
			<td>
				<xsl:choose>
					<xsl:when test="@large"><t:say key="statistics.large"/></xsl:when>
					<xsl:when test="../@over"><t:say key="statistics.over"/></xsl:when>
					<xsl:when test="../@running"><t:say key="statistics.running"/></xsl:when>
					<xsl:otherwise><t:say key="statistics.closing"/></xsl:otherwise>
				</xsl:choose>
			</td>
		</tr>
	</xsl:template>
</xsl:stylesheet>
