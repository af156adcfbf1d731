<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: ISC -->
<!--
  <users edit="NAME" drop="NAME">                              whose form is shown as well
    <wrong form="password|add|edit|drop" key="…" wait="8">what the server says</wrong>
    <own configured="true" default="true" changed="…">
      <session current="true" made="…" used="…" address="…" agent="…"/>
    </own>
    <accounts>                                                 for administrators
      <account name="…" role="…" configured="true" shadowed="true" self="true" made="…" made-by="…" changed="…" sessions="1"/>
    </accounts>
  </users>
-->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:t="urn:rollcall:texts">
	<xsl:import href="layout.xsl"/>

	<xsl:variable name="users" select="/page/users"/>
	<!-- The account that a form is about; nothing where there is none that can be changed here. -->
	<xsl:variable name="edited" select="$users/accounts/account[not(@configured) and @name = $users/@edit]"/>
	<xsl:variable name="dropped" select="$users/accounts/account[not(@configured) and @name = $users/@drop]"/>

	<xsl:template match="page" mode="title"><t:say key="users.title"/></xsl:template>

	<xsl:template match="page" mode="main">
		<xsl:choose>
			<xsl:when test="$dropped"><xsl:call-template name="drop"/></xsl:when>
			<xsl:otherwise>
				<h1><t:say key="users.title"/></h1>
				<xsl:apply-templates select="users"/>
			</xsl:otherwise>
		</xsl:choose>
	</xsl:template>

	<xsl:template match="users">
		<!-- What is wrong with a form that is not there. -->
		<xsl:if test="(wrong/@form = 'edit' and not($edited)) or wrong/@form = 'drop'">
			<xsl:apply-templates select="wrong"/>
		</xsl:if>
		<xsl:if test="$edited"><xsl:call-template name="edit"/></xsl:if>
		<xsl:apply-templates select="accounts"/>
		<div class="cards">
			<div>
				<xsl:call-template name="password"/>
				<xsl:apply-templates select="own"/>
			</div>
			<xsl:if test="accounts and not($edited)"><xsl:call-template name="add"/></xsl:if>
		</div>
	</xsl:template>

	<xsl:template match="wrong">
		<div class="notice bad" role="alert" id="users-wrong" data-wrong="{@key}">
			<p>
				<xsl:if test="@key"><t:pick prefix="users.wrong." select="@key"/></xsl:if>
				<xsl:if test="@wait">
					<xsl:text> </xsl:text>
					<t:count key="sign.wait" select="@wait"/>
				</xsl:if>
				<xsl:value-of select="."/>
			</p>
		</div>
	</xsl:template>

	<!-- ==== fields ==== -->

	<!-- Whose password it is, for the browser that keeps it; it is not sent. -->
	<xsl:template name="username">
		<xsl:param name="user"/>
		<input type="text" value="{$user}" autocomplete="username" readonly="readonly" hidden="hidden"/>
	</xsl:template>

	<!-- The password of the one who asks; `form` makes its id. -->
	<xsl:template name="again">
		<xsl:param name="form"/>
		<label for="{$form}-again"><t:say key="users.again"/></label>
		<input id="{$form}-again" name="again" type="password" autocomplete="current-password" required="required"/>
	</xsl:template>

	<xsl:template name="new-password">
		<xsl:param name="form"/>
		<xsl:param name="optional"/>
		<label for="{$form}-password"><t:say key="users.new"/></label>
		<input id="{$form}-password" name="password" type="password" autocomplete="new-password"
			minlength="8" aria-describedby="{$form}-hint">
			<xsl:if test="not($optional)"><xsl:attribute name="required">required</xsl:attribute></xsl:if>
		</input>
		<p class="hint" id="{$form}-hint">
			<t:say key="users.new.hint"/>
			<xsl:if test="$optional"><xsl:text> </xsl:text><t:say key="users.new.optional"/></xsl:if>
		</p>
		<label for="{$form}-repeat"><t:say key="users.repeat"/></label>
		<input id="{$form}-repeat" name="repeat" type="password" autocomplete="new-password">
			<xsl:if test="not($optional)"><xsl:attribute name="required">required</xsl:attribute></xsl:if>
		</input>
	</xsl:template>

	<xsl:template name="role">
		<xsl:param name="form"/>
		<xsl:param name="now"/>
		<label for="{$form}-role"><t:say key="users.role"/></label>
		<select id="{$form}-role" name="role">
			<xsl:call-template name="role-option">
				<xsl:with-param name="role" select="'viewer'"/><xsl:with-param name="now" select="$now"/>
				<xsl:with-param name="text"><t:say key="users.role.viewer"/></xsl:with-param>
			</xsl:call-template>
			<xsl:call-template name="role-option">
				<xsl:with-param name="role" select="'operator'"/><xsl:with-param name="now" select="$now"/>
				<xsl:with-param name="text"><t:say key="users.role.operator"/></xsl:with-param>
			</xsl:call-template>
			<xsl:call-template name="role-option">
				<xsl:with-param name="role" select="'administrator'"/><xsl:with-param name="now" select="$now"/>
				<xsl:with-param name="text"><t:say key="users.role.administrator"/></xsl:with-param>
			</xsl:call-template>
		</select>
	</xsl:template>

	<xsl:template name="role-option">
		<xsl:param name="role"/>
		<xsl:param name="now"/>
		<xsl:param name="text"/>
		<option value="{$role}">
			<xsl:if test="$role = $now"><xsl:attribute name="selected">selected</xsl:attribute></xsl:if>
			<xsl:value-of select="$text"/>
		</option>
	</xsl:template>

	<!-- ==== one's own password ==== -->

	<xsl:template name="password">
		<section class="card" id="own-password" aria-labelledby="own-password-title">
			<h2 id="own-password-title"><t:say key="users.password"/></h2>
			<xsl:apply-templates select="wrong[@form = 'password']"/>
			<xsl:choose>
				<xsl:when test="own/@configured">
					<p><t:say key="users.configured"/></p>
					<p><code>rollcall passwd --hash</code></p>
				</xsl:when>
				<xsl:otherwise>
					<form id="password-form" class="stack" method="post" action="{$admin}users/password">
						<xsl:call-template name="csrf"/>
						<xsl:call-template name="username"><xsl:with-param name="user" select="$page/@user"/></xsl:call-template>
						<xsl:call-template name="again"><xsl:with-param name="form" select="'own'"/></xsl:call-template>
						<xsl:call-template name="new-password"><xsl:with-param name="form" select="'own'"/></xsl:call-template>
						<p class="hint"><t:say key="users.password.hint"/></p>
						<p class="actions"><button type="submit"><t:say key="users.password.do"/></button></p>
					</form>
				</xsl:otherwise>
			</xsl:choose>
		</section>
	</xsl:template>

	<!-- ==== one's own sessions ==== -->

	<xsl:template match="own">
		<section class="card" aria-labelledby="sessions-title">
			<h2 id="sessions-title"><t:say key="users.sessions"/></h2>
			<div class="scroll" tabindex="0" role="region" aria-labelledby="sessions-title">
				<table class="grid stack" id="sessions">
					<thead>
						<tr>
							<th scope="col"><t:say key="users.session.made"/></th>
							<th scope="col"><t:say key="users.session.used"/></th>
							<th scope="col"><t:say key="users.session.address"/></th>
							<th scope="col"><t:say key="users.session.agent"/></th>
						</tr>
					</thead>
					<tbody>
						<xsl:apply-templates select="session"/>
					</tbody>
				</table>
			</div>
			<form id="sign-out-everywhere" class="actions" method="post" action="{$admin}sign-out">
				<xsl:call-template name="csrf"/>
				<input type="hidden" name="everywhere" value="1"/>
				<button type="submit" class="quiet"><t:say key="users.sessions.end"/></button>
			</form>
		</section>
	</xsl:template>

	<xsl:template match="session">
		<tr>
			<td class="nowrap" data-label="[[users.session.made]]">
				<xsl:call-template name="age">
					<xsl:with-param name="at" select="@made"/><xsl:with-param name="iso" select="@made-iso"/>
				</xsl:call-template>
			</td>
			<td class="nowrap" data-label="[[users.session.used]]">
				<xsl:choose>
					<xsl:when test="@current">
						<xsl:call-template name="badge">
							<xsl:with-param name="kind" select="'good'"/>
							<xsl:with-param name="text"><t:say key="users.session.current"/></xsl:with-param>
						</xsl:call-template>
					</xsl:when>
					<xsl:otherwise>
						<xsl:call-template name="age">
							<xsl:with-param name="at" select="@used"/><xsl:with-param name="iso" select="@used-iso"/>
						</xsl:call-template>
					</xsl:otherwise>
				</xsl:choose>
			</td>
			<td class="mono nowrap" data-label="[[users.session.address]]"><xsl:value-of select="@address"/></td>
			<td class="agent" data-label="[[users.session.agent]]"><xsl:value-of select="@agent"/></td>
		</tr>
	</xsl:template>

	<!-- ==== the accounts ==== -->

	<xsl:template match="accounts">
		<section class="card" aria-labelledby="accounts-title">
			<h2 id="accounts-title"><t:say key="users.accounts"/></h2>
			<div class="scroll" tabindex="0" role="region" aria-labelledby="accounts-title">
				<table class="grid stack" id="accounts">
					<thead>
						<tr>
							<th scope="col"><t:say key="users.name"/></th>
							<th scope="col"><t:say key="users.role"/></th>
							<th scope="col"><t:say key="users.made"/></th>
							<th scope="col"><t:say key="users.made-by"/></th>
							<th scope="col"><t:say key="users.changed"/></th>
							<th scope="col" class="n"><t:say key="users.sessions"/></th>
							<th scope="col"><t:say key="users.actions"/></th>
						</tr>
					</thead>
					<tbody>
						<xsl:apply-templates select="account"/>
					</tbody>
				</table>
			</div>
			<xsl:if test="count(account[not(@configured)]) = 0">
				<p class="muted"><t:say key="users.only-configured"/></p>
			</xsl:if>
		</section>
	</xsl:template>

	<xsl:template match="account">
		<tr data-user="{@name}">
			<th scope="row">
				<xsl:value-of select="@name"/>
				<xsl:if test="@self"><span class="muted"> (<t:say key="users.self"/>)</span></xsl:if>
			</th>
			<td data-label="[[users.role]]"><t:pick prefix="role." select="@role"/></td>
			<td class="nowrap" data-label="[[users.made]]">
				<xsl:choose>
					<xsl:when test="@configured"><span class="muted"><t:say key="users.in-configuration"/></span></xsl:when>
					<xsl:otherwise>
						<xsl:call-template name="age">
							<xsl:with-param name="at" select="@made"/><xsl:with-param name="iso" select="@made-iso"/>
						</xsl:call-template>
					</xsl:otherwise>
				</xsl:choose>
			</td>
			<td data-label="[[users.made-by]]"><xsl:value-of select="@made-by"/></td>
			<td class="nowrap" data-label="[[users.changed]]">
				<xsl:call-template name="age">
					<xsl:with-param name="at" select="@changed"/><xsl:with-param name="iso" select="@changed-iso"/>
				</xsl:call-template>
			</td>
			<td class="n" data-label="[[users.sessions]]"><xsl:value-of select="@sessions"/></td>
			<td class="nowrap">
				<xsl:if test="@shadowed">
					<xsl:call-template name="badge">
						<xsl:with-param name="kind" select="'warn'"/>
						<xsl:with-param name="text"><t:say key="users.shadowed"/></xsl:with-param>
					</xsl:call-template>
					<xsl:text> </xsl:text>
				</xsl:if>
				<xsl:if test="not(@configured)">
					<xsl:call-template name="account-actions"/>
				</xsl:if>
			</td>
		</tr>
	</xsl:template>

	<xsl:template name="account-actions">
		<form class="row" method="get" action="{$admin}users">
			<input type="hidden" name="edit" value="{@name}"/>
			<button type="submit" class="quiet" aria-label="[[users.edit.do]]: {@name}"><t:say key="users.edit.do"/></button>
		</form>
		<xsl:text> </xsl:text>
		<form class="row" method="post" action="{$admin}users/drop">
			<xsl:call-template name="csrf"/>
			<input type="hidden" name="name" value="{@name}"/>
			<button type="submit" class="quiet" aria-label="[[users.drop.ask]]: {@name}"><t:say key="users.drop.ask"/></button>
		</form>
	</xsl:template>

	<xsl:template name="add">
		<section class="card" aria-labelledby="add-title">
			<h2 id="add-title"><t:say key="users.add"/></h2>
			<xsl:apply-templates select="wrong[@form = 'add']"/>
			<form id="add-form" class="stack" method="post" action="{$admin}users/save">
				<xsl:call-template name="csrf"/>
				<input type="hidden" name="make" value="1"/>
				<label for="add-name"><t:say key="users.name"/></label>
				<input id="add-name" name="name" maxlength="64" autocomplete="off" autocapitalize="none"
					spellcheck="false" required="required" aria-describedby="add-name-hint"/>
				<p class="hint" id="add-name-hint"><t:say key="users.name.hint"/></p>
				<xsl:call-template name="role">
					<xsl:with-param name="form" select="'add'"/><xsl:with-param name="now" select="'viewer'"/>
				</xsl:call-template>
				<xsl:call-template name="new-password"><xsl:with-param name="form" select="'add'"/></xsl:call-template>
				<xsl:call-template name="again"><xsl:with-param name="form" select="'add'"/></xsl:call-template>
				<p class="actions"><button type="submit"><t:say key="users.add.do"/></button></p>
			</form>
		</section>
	</xsl:template>

	<xsl:template name="edit">
		<section class="card" aria-labelledby="edit-title">
			<h2 id="edit-title"><t:say key="users.edit"><t:with><xsl:value-of select="$edited/@name"/></t:with></t:say></h2>
			<xsl:apply-templates select="wrong[@form = 'edit']"/>
			<form id="edit-form" class="stack" method="post" action="{$admin}users/save">
				<xsl:call-template name="csrf"/>
				<input type="hidden" name="name" value="{$edited/@name}"/>
				<xsl:call-template name="username"><xsl:with-param name="user" select="$edited/@name"/></xsl:call-template>
				<xsl:call-template name="role">
					<xsl:with-param name="form" select="'edit'"/>
					<xsl:with-param name="now" select="$edited/@role"/>
				</xsl:call-template>
				<xsl:call-template name="new-password">
					<xsl:with-param name="form" select="'edit'"/><xsl:with-param name="optional" select="true()"/>
				</xsl:call-template>
				<xsl:call-template name="again"><xsl:with-param name="form" select="'edit'"/></xsl:call-template>
				<p class="hint"><t:say key="users.edit.hint"/></p>
				<p class="actions">
					<button type="submit"><t:say key="users.save"/></button>
					<a class="button" href="{$admin}users"><t:say key="confirm.cancel"/></a>
				</p>
			</form>
		</section>
	</xsl:template>

	<!-- ==== asks before one is removed ==== -->

	<xsl:template name="drop">
		<div class="narrow">
			<h1><t:say key="users.drop"><t:with><xsl:value-of select="$dropped/@name"/></t:with></t:say></h1>
			<xsl:apply-templates select="$users/wrong"/>
			<p><t:say key="users.drop.text"/></p>
			<form id="drop-form" class="stack" method="post" action="{$admin}users/drop">
				<xsl:call-template name="csrf"/>
				<input type="hidden" name="sure" value="1"/>
				<input type="hidden" name="name" value="{$dropped/@name}"/>
				<xsl:call-template name="username"><xsl:with-param name="user" select="$page/@user"/></xsl:call-template>
				<xsl:call-template name="again"><xsl:with-param name="form" select="'drop'"/></xsl:call-template>
				<p class="actions">
					<button type="submit" class="danger" id="sure"><t:say key="users.drop.do"/></button>
					<a class="button" id="cancel" href="{$admin}users"><t:say key="confirm.cancel"/></a>
				</p>
			</form>
		</div>
	</xsl:template>
</xsl:stylesheet>
