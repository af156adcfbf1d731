<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: ISC -->
<!-- <sign wrong="password|wait|long|default" user="erika" local="true" wait="8" next="/update/admin/devices?q=x"/> -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:t="urn:rollcall:texts">
	<xsl:import href="layout.xsl"/>

	<xsl:template match="page" mode="title"><t:say key="sign.title"/></xsl:template>

	<xsl:template match="page" mode="main">
		<div class="sign">
			<h1><t:say key="sign.title"/></h1>
			<xsl:apply-templates select="sign"/>
		</div>
	</xsl:template>

	<xsl:template match="sign">
		<xsl:if test="@wrong">
			<div class="notice bad" role="alert" id="sign-wrong" data-wrong="{@wrong}">
				<p>
					<t:pick prefix="sign.wrong." select="@wrong"/>
					<xsl:if test="@wait">
						<xsl:text> </xsl:text>
						<t:count key="sign.wait" select="@wait"/>
					</xsl:if>
				</p>
			</div>
		</xsl:if>
		<form id="sign-in" class="stack card" method="post" action="{$admin}sign-in">
			<xsl:if test="@next"><input type="hidden" name="next" value="{@next}"/></xsl:if>
			<label for="user"><t:say key="sign.user"/></label>
			<input id="user" name="user" autocomplete="username" autocapitalize="none" spellcheck="false"
				maxlength="64" required="required" value="{@user}">
				<xsl:if test="not(@user)"><xsl:attribute name="autofocus">autofocus</xsl:attribute></xsl:if>
			</input>
			<label for="password"><t:say key="sign.password"/></label>
			<input id="password" name="password" type="password" autocomplete="current-password"
				required="required">
				<xsl:if test="@user"><xsl:attribute name="autofocus">autofocus</xsl:attribute></xsl:if>
			</input>
			<p class="actions">
				<button type="submit"><t:say key="sign.do"/></button>
			</p>
		</form>
		<!-- What there is on the server is nothing for whoever calls from elsewhere. -->
		<xsl:if test="@local"><p class="muted small" id="hint"><t:say key="sign.hint"/></p></xsl:if>
	</xsl:template>
</xsl:stylesheet>
