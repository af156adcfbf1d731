<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: ISC -->
<!--
  Charts, as SVG that takes its colours from rollcall.css (class bar and good, warn, bad, muted), so they are
  right in light and dark. Every number of a chart also stands beside it as text.
-->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:t="urn:rollcall:texts">

	<!-- A bar in a row: `count` of `of`, both numbers. -->
	<xsl:template name="bar">
		<xsl:param name="count"/>
		<xsl:param name="of"/>
		<xsl:param name="kind"/>
		<svg viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">
			<rect class="track" width="1000" height="10"/>
			<xsl:if test="$count &gt; 0 and $of &gt; 0">
				<!-- What there is can be seen, however little it is. -->
				<xsl:variable name="width" select="round(1000 * $count div $of)"/>
				<rect class="bar {$kind}" height="10">
					<xsl:attribute name="width">
						<xsl:choose>
							<xsl:when test="$width &lt; 6">6</xsl:when>
							<xsl:otherwise><xsl:value-of select="$width"/></xsl:otherwise>
						</xsl:choose>
					</xsl:attribute>
				</rect>
			</xsl:if>
		</svg>
	</xsl:template>

	<!-- "12 %"; less than one, and more than 99 that are not all, are said to be that. -->
	<xsl:template name="share">
		<xsl:param name="count"/>
		<xsl:param name="of"/>
		<xsl:if test="$of &gt; 0">
			<xsl:variable name="share" select="100 * $count div $of"/>
			<xsl:choose>
				<xsl:when test="$count &gt; 0 and $share &lt; 1">&lt; 1</xsl:when>
				<xsl:when test="$count &lt; $of and $share &gt; 99">&gt; 99</xsl:when>
				<xsl:otherwise><xsl:value-of select="round($share)"/></xsl:otherwise>
			</xsl:choose>
			<xsl:text> %</xsl:text>
		</xsl:if>
	</xsl:template>

	<!--
	  Columns over time: `columns` are elements with @count and, of another colour on top of it, @bad. `top` is
	  the highest number of the scale. What stands below the columns is the caller's: a div of class x.
	-->
	<xsl:template name="columns">
		<xsl:param name="columns"/>
		<xsl:param name="top"/>
		<xsl:param name="title"/>
		<xsl:param name="desc"/>
		<xsl:param name="kind"/>
		<xsl:variable name="step" select="960 div count($columns)"/>
		<div class="plot">
			<span class="y top" aria-hidden="true"><t:number select="$top"/></span>
			<xsl:if test="$top mod 2 = 0">
				<span class="y half" aria-hidden="true"><t:number select="$top div 2"/></span>
			</xsl:if>
			<svg class="chart" viewBox="0 0 960 200" preserveAspectRatio="none" role="img">
				<title><xsl:value-of select="$title"/></title>
				<desc><xsl:value-of select="$desc"/></desc>
				<path class="axis" d="M0 0.5H960M0 100H960"/>
				<xsl:for-each select="$columns">
					<xsl:variable name="x" select="(position() - 1) * $step + $step * 0.12"/>
					<xsl:variable name="height" select="200 * @count div $top"/>
					<xsl:variable name="more" select="200 * sum(@bad) div $top"/>
					<xsl:if test="$height &gt; 0">
						<rect class="bar {$kind}" x="{format-number($x, '0.0#', 'svg')}" y="{format-number(200 - $height, '0.##', 'svg')}"
							width="{format-number($step * 0.76, '0.0#', 'svg')}" height="{format-number($height, '0.##', 'svg')}"/>
					</xsl:if>
					<xsl:if test="$more &gt; 0">
						<rect class="bar bad" x="{format-number($x, '0.0#', 'svg')}" y="{format-number(200 - $height - $more, '0.##', 'svg')}"
							width="{format-number($step * 0.76, '0.0#', 'svg')}" height="{format-number($more, '0.##', 'svg')}"/>
					</xsl:if>
				</xsl:for-each>
				<path class="axis ground" d="M0 200H960"/>
			</svg>
		</div>
	</xsl:template>

	<xsl:decimal-format name="svg" decimal-separator="." grouping-separator=","/>
</xsl:stylesheet>
