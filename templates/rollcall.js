/* SPDX-License-Identifier: ISC */
/*
 * Makes pages live that work without it: moments in the reader's zone, ages that move on, and elements that
 * refresh themselves:
 *
 *   <div id="fleet" data-live="10">   every 10 seconds while somebody looks at the page, its own address is asked
 *                                     for anew, and the element of the same id takes the place of this one
 *   data-live-url="devices/rows?…"    another address is asked; what comes is a page or a fragment
 *
 * What has not changed stays as it is: focus, selection, open details, what is typed. After a change the element
 * gets the event "rollcall:live". The address is asked with live=1, so that nobody stays signed in by it.
 */
(function () {
	"use strict";

	var root = document.documentElement;
	var language = root.lang || "en";
	/* The clock of the server counts: what it calls now, and how long ago it said so. */
	var offset = Number(root.dataset.now) - Date.now() / 1000;

	function now() {
		return Math.floor(Date.now() / 1000 + offset);
	}

	/* ==== moments ==== */

	var steps = [[60, 1, "S"], [3600, 60, "Min"], [86400, 3600, "H"], [172800, 86400, "Day"],
		[Infinity, 86400, "Days"]];
	var exact = new Intl.DateTimeFormat(language, {dateStyle: "medium", timeStyle: "long"});
	var day = new Intl.DateTimeFormat(language, {dateStyle: "medium"});
	var minute = new Intl.DateTimeFormat(language, {dateStyle: "medium", timeStyle: "short"});
	var second = new Intl.DateTimeFormat(language, {dateStyle: "medium", timeStyle: "medium"});
	var clock = new Intl.DateTimeFormat(language, {timeStyle: "short"});
	var number = new Intl.NumberFormat(language);

	function span(seconds) {
		var words = seconds < 0 ? "in" : "ago", s = Math.abs(seconds);
		var step = steps.find(function (one) { return s < one[0]; });
		return root.dataset[words + step[2]].replace("{1}", number.format(Math.floor(s / step[1])));
	}

	var shows = {
		span: function (at) { return span(now() - at); },
		moment: function (at, date) { return minute.format(date); },
		second: function (at, date) { return second.format(date); },
		day: function (at, date) { return day.format(date); },
		clock: function (at, date) { return clock.format(date); }
	};

	function show(time) {
		var at = Number(time.dataset.at), date = new Date(at * 1000);
		var text = (time.dataset.before || "") + (shows[time.dataset.show] || shows.moment)(at, date);
		var node = time.firstChild;
		if (!node || node.nodeType !== 3 || time.childNodes.length > 1)
			time.textContent = text;
		else if (node.data !== text)
			node.data = text;
		if (!time.dataset.zone) {
			time.dataset.zone = "local";
			time.title = exact.format(date);
		}
	}

	function showAll(within) {
		within.querySelectorAll("[data-at]").forEach(show);
	}

	/* ==== live elements ==== */

	/* What the reader has set is the reader's. */
	function keeps(node, name) {
		return (name === "open" && node.tagName === "DETAILS") || name === "data-zone" ||
			(name === "title" && node.hasAttribute("data-at"));
	}

	function sameAttributes(from, to) {
		Array.from(to.attributes).forEach(function (a) {
			if (from.getAttribute(a.name) !== a.value && !keeps(from, a.name))
				from.setAttribute(a.name, a.value);
		});
		Array.from(from.attributes).forEach(function (a) {
			if (!to.hasAttribute(a.name) && !keeps(from, a.name))
				from.removeAttribute(a.name);
		});
	}

	function isLike(a, b) {
		return a.nodeType === b.nodeType && a.nodeName === b.nodeName && (a.id || "") === (b.id || "");
	}

	/* Makes `from` what `to` is, and leaves alone what is the same already. True: something was changed. */
	function become(from, to) {
		if (from.nodeType !== 1) {
			if (from.data !== to.data)
				from.data = to.data;
			return;
		}
		if (from.dataset.at && from.dataset.at !== to.dataset.at)
			delete from.dataset.zone;
		sameAttributes(from, to);
		if (from.dataset.at)
			return; /* show() writes it */
		if (/^(INPUT|TEXTAREA|SELECT)$/.test(from.tagName) && from === document.activeElement)
			return;
		becomeChildren(from, to);
	}

	function becomeChildren(from, to) {
		var at = from.firstChild;
		Array.from(to.childNodes).forEach(function (wanted) {
			var found = wanted.id ? Array.from(from.children).find(function (c) { return c.id === wanted.id; }) : at;
			if (found && isLike(found, wanted)) {
				if (found !== at)
					from.insertBefore(found, at);
				become(found, wanted);
				at = found.nextSibling;
			} else {
				from.insertBefore(document.importNode(wanted, true), at);
			}
		});
		while (at) {
			var next = at.nextSibling;
			at.remove();
			at = next;
		}
	}

	var state = document.getElementById("live");

	function say(what) {
		if (!state)
			return;
		var text = what === "on" ? state.dataset.on : what === "out" ? state.dataset.out : state.dataset.off;
		state.dataset.state = what === "on" ? "on" : "off";
		if (state.textContent !== text)
			state.textContent = text;
	}

	/* Of a list that a button switches: that it is live is said by the button; the foot says only when it is not. */
	function sayBy(button) {
		return function (what) {
			var foot = document.getElementById("live");
			say(what);
			button.dataset.state = what === "on" ? "on" : "off";
			if (what === "on" && foot)
				foot.textContent = "";
		};
	}

	function address(element) {
		var url = new URL(element.dataset.liveUrl || location.href, location.href);
		url.searchParams.delete("done");
		url.searchParams.set("live", "1");
		url.hash = "";
		return url;
	}

	function take(element, text) {
		var page = new DOMParser().parseFromString(text, "text/html");
		var fresh = page.getElementById(element.id);
		if (!fresh)
			return;
		if (page.documentElement.dataset.now)
			offset = Number(page.documentElement.dataset.now) - Date.now() / 1000;
		become(element, fresh);
		var made = document.querySelector("footer time"), again = page.querySelector("footer time");
		if (made && again)
			become(made, again);
		showAll(document);
		element.dispatchEvent(new CustomEvent("rollcall:live", {bubbles: true}));
	}

	/* What an address has that is new, as text; null: nothing, or one is signed out. How it went is told to `tell`. */
	function get(url, tell) {
		return fetch(url, {credentials: "same-origin", redirect: "manual"}).then(function (reply) {
			if (reply.status === 401 || reply.status === 403 || reply.type === "opaqueredirect") {
				tell("out");
				return null;
			}
			if (!reply.ok)
				throw new Error(String(reply.status));
			tell("on");
			return reply.status === 204 ? null : reply.text();
		});
	}

	function refresh(element) {
		return get(address(element), say).then(function (text) {
			if (text !== null)
				take(element, text);
		}).catch(function () { say("off"); });
	}

	function live(element) {
		var every = Number(element.dataset.live) * 1000, last = Date.now(), busy = false;
		if (!(every > 0) || !element.id)
			return;
		function look() {
			if (busy || document.hidden || Date.now() - last < every)
				return;
			busy = true;
			last = Date.now();
			refresh(element).then(function () { busy = false; });
		}
		say("on");
		setInterval(look, Math.min(every, 1000));
		document.addEventListener("visibilitychange", look);
	}

	/* ==== <button data-copy="ID" data-copied="Copied" hidden>: copies the text of that element ==== */

	/* Where there is no clipboard (plain HTTP) the text is selected, and the old way is tried. */
	function copyText(element) {
		if (navigator.clipboard)
			return navigator.clipboard.writeText(element.textContent);
		getSelection().selectAllChildren(element);
		return document.execCommand("copy") ? Promise.resolve() : Promise.reject(new Error("copy"));
	}

	document.querySelectorAll("[data-copy]").forEach(function (button) {
		var label = button.textContent;
		button.hidden = false;
		button.setAttribute("aria-live", "polite");
		button.addEventListener("click", function () {
			copyText(document.getElementById(button.dataset.copy)).then(function () {
				button.textContent = button.dataset.copied;
				setTimeout(function () { button.textContent = label; }, 2000);
			}).catch(function () { /* it is selected: the keys of the browser copy it */ });
		});
	});

	/* For scripts of single pages below. */
	window.rollcall = {showAll: showAll, now: now, say: say, sayBy: sayBy, get: get, become: become, refresh: refresh};

	showAll(document);
	setInterval(function () {
		if (!document.hidden)
			showAll(document);
	}, 1000);
	document.querySelectorAll("[data-live]").forEach(live);
})();

/* ==== devices list ==== */

/*
 * The list of devices asks devices/rows for what has changed: rows that are newer than its stamp, and the order of
 * all. Rows are changed where they are, so boxes that are ticked stay so, and so does what has the focus.
 */
(function () {
	"use strict";

	var list = document.getElementById("devices-list");
	if (!list)
		return;

	var rollcall = window.rollcall;
	var button = document.getElementById("devices-live");
	var every = Number(list.dataset.interval) * 1000;
	var on = true, busy = false, last = Date.now();

	function body() {
		return document.getElementById("devices-rows");
	}

	function words(text) {
		return text.split(" ").filter(Boolean);
	}

	function rowsOf(part) {
		var rows = new Map();
		Array.from(part.rows).forEach(function (row) { rows.set(row.dataset.sn, row); });
		return rows;
	}

	/* ---- what has changed ---- */

	/* What a cell says: ages go on by themselves, and the box is the reader's. */
	function said(cell) {
		var copy = cell.cloneNode(true);
		copy.querySelectorAll("[data-at]").forEach(function (t) { t.textContent = t.dataset.at; });
		return copy.textContent;
	}

	function flash(cell) {
		cell.classList.remove("changed");
		void cell.offsetWidth; /* begins anew */
		cell.classList.add("changed");
	}

	function change(row, fresh) {
		var before = Array.from(row.cells).map(said);
		rollcall.become(row, fresh);
		Array.from(row.cells).forEach(function (cell, i) {
			if (said(cell) !== before[i])
				flash(cell);
		});
	}

	/* False: a row that is wanted is neither here nor was it sent. */
	function isWhole(fresh, have, sent) {
		var versions = words(fresh.dataset.versions);
		return words(fresh.dataset.order).every(function (sn, i) {
			var row = sent.get(sn) || have.get(sn);
			return row && row.dataset.version === versions[i];
		});
	}

	/* Who is about to click on a row finds it where it is. */
	var over = false;

	function isHeld() {
		return over || boxes().some(function (box) { return box.checked; });
	}

	function changeInPlace(have, sent) {
		sent.forEach(function (wanted, sn) {
			if (have.has(sn))
				change(have.get(sn), wanted);
		});
	}

	function arrange(part, fresh, have, sent) {
		var at = part.rows[0] || null, focus = document.activeElement;
		words(fresh.dataset.order).forEach(function (sn) {
			var row = have.get(sn), wanted = sent.get(sn);
			if (row && wanted)
				change(row, wanted);
			if (!row) {
				row = document.importNode(wanted, true);
				Array.from(row.cells).forEach(flash);
			}
			if (row === at)
				at = at.nextElementSibling;
			else
				part.insertBefore(row, at);
			have.delete(sn);
		});
		have.forEach(function (row) { row.remove(); });
		if (focus && focus !== document.activeElement && focus.isConnected)
			focus.focus({preventScroll: true});
	}

	/* What is to be asked for in its place; null: nothing. */
	function take(page) {
		var part = body(), fresh = page.getElementById("devices-rows");
		if (!part || !fresh) /* the first device came, or the last one went */
			return part || fresh ? askPage : null;
		var have = rowsOf(part), sent = rowsOf(fresh);
		if (!isWhole(fresh, have, sent))
			return function () { return ask(true); };
		if (isHeld() && fresh.dataset.order !== part.dataset.order) {
			changeInPlace(have, sent); /* the stamp stays: what moves is sent again */
		} else {
			arrange(part, fresh, have, sent);
			["stamp", "version", "order", "versions"].forEach(function (name) { part.dataset[name] = fresh.dataset[name]; });
		}
		["devices-count", "devices-steps"].forEach(function (id) {
			rollcall.become(document.getElementById(id), page.getElementById(id));
		});
		rollcall.showAll(part);
		count();
		return null;
	}

	/* ---- asking ---- */

	function address(all) {
		var url = new URL(list.dataset.rows, location.href), part = body();
		url.searchParams.set("live", "1");
		url.searchParams.set("since", part && !all ? part.dataset.stamp : "0");
		url.searchParams.set("version", part ? part.dataset.version : "");
		return url;
	}

	var say = rollcall.sayBy(button);

	function get(url) {
		return rollcall.get(url, say).then(function (text) {
			return text === null ? null : new DOMParser().parseFromString(text, "text/html");
		});
	}

	function ask(all) {
		return get(address(all)).then(function (page) {
			var next = page && take(page);
			return next && !all ? next() : null;
		});
	}

	/* The whole list, as somebody sees it who comes now. */
	function askPage() {
		var url = new URL(location.href);
		url.searchParams.delete("done");
		url.searchParams.set("live", "1");
		return get(url).then(function (page) {
			var fresh = page && page.getElementById(list.id);
			if (!fresh)
				return;
			rollcall.become(list, fresh);
			rollcall.showAll(list);
			count();
		});
	}

	function look() {
		if (!on || busy || document.hidden || Date.now() - last < every)
			return;
		busy = true;
		last = Date.now();
		ask(false).catch(function () { say("off"); }).then(function () { busy = false; });
	}

	/* ---- the switch ---- */

	function turn() {
		on = !on;
		button.setAttribute("aria-pressed", String(on));
		last = 0;
		look();
	}

	if (every > 0 && list.dataset.rows && button) {
		button.hidden = false;
		button.addEventListener("click", turn);
		setInterval(look, Math.min(every, 1000));
		document.addEventListener("visibilitychange", look);
		list.addEventListener("pointermove", function (event) { over = !!event.target.closest("#devices-rows"); });
		list.addEventListener("pointerleave", function () { over = false; });
		say("on");
	}

	/* ---- selection ---- */

	function boxes() {
		return Array.from(list.querySelectorAll("#devices-rows input[name=sn]"));
	}

	function count() {
		var label = document.getElementById("devices-selected"), all = document.getElementById("devices-all");
		var matching = document.getElementById("devices-matching");
		if (!label || !all)
			return;
		var shown = boxes(), ticked = shown.filter(function (box) { return box.checked; }).length;
		label.textContent = ticked ? label.dataset.some.replace("{1}", ticked) : label.dataset.none;
		all.hidden = false;
		all.checked = ticked > 0 && ticked === shown.length;
		all.indeterminate = ticked > 0 && ticked < shown.length;
		ticked += matching && matching.checked ? 1 : 0;
		document.getElementById("devices-acts").hidden = !ticked;
		document.querySelectorAll("#devices-acts button").forEach(function (one) { one.disabled = !ticked; });
	}

	list.addEventListener("change", function (event) {
		if (event.target.id === "devices-all")
			boxes().forEach(function (box) { box.checked = event.target.checked; });
		count();
	});
	/* A browser that goes back ticks them again. */
	window.addEventListener("pageshow", count);
	count();
})();

/* ==== <input type="checkbox" data-all="NAME" hidden>: ticks all of that name in its form ==== */

(function () {
	"use strict";

	function named(all) {
		return Array.from(all.form ? all.form.elements : []).filter(function (one) { return one.name === all.dataset.all; });
	}

	function show() {
		document.querySelectorAll("[data-all]").forEach(function (all) {
			var boxes = named(all), ticked = boxes.filter(function (one) { return one.checked; }).length;
			all.hidden = !boxes.length;
			all.checked = ticked > 0 && ticked === boxes.length;
			all.indeterminate = ticked > 0 && ticked < boxes.length;
		});
	}

	document.addEventListener("change", function (event) {
		if (event.target.dataset.all)
			named(event.target).forEach(function (one) { one.checked = event.target.checked; });
		show();
	});
	document.addEventListener("rollcall:live", show);
	window.addEventListener("pageshow", show);
	show();
})();

/* ==== <input type="datetime-local">: of the reader's zone for the reader, UTC for the server ==== */

(function () {
	"use strict";

	var inputs = Array.from(document.querySelectorAll("input[type=datetime-local]"));

	/* As the field has it. */
	function local(date) {
		return new Date(date.getTime() - date.getTimezoneOffset() * 60000).toISOString().slice(0, 19);
	}

	inputs.forEach(function (input) {
		var hint = document.getElementById(input.getAttribute("aria-describedby"));
		if (input.defaultValue)
			input.value = local(new Date(input.defaultValue + "Z"));
		if (hint && hint.dataset.local)
			hint.textContent = hint.dataset.local;
		input.form.addEventListener("formdata", function (event) {
			var date = new Date(input.value);
			if (input.value && !isNaN(date))
				event.formData.set(input.name, date.toISOString().slice(0, 19));
		});
	});
})();

/* ==== log ==== */

/* Asks log/rows for what was logged since, and puts it on top. */
(function () {
	"use strict";

	var list = document.getElementById("log-list"), button = document.getElementById("log-live");
	if (!list || !button || !list.dataset.rows)
		return;

	var MOST = 1000, EVERY = 2000; /* rows, ms */
	var rollcall = window.rollcall;
	var on = true, busy = false, last = Date.now();

	/* What is dropped at the bottom is what "older" begins with. */
	function shorten(body) {
		var older = document.getElementById("older");
		if (body.rows.length <= MOST)
			return;
		while (body.rows.length > MOST)
			body.rows[body.rows.length - 1].remove();
		var url = new URL(list.dataset.rows.replace(/log\/rows/, "log"), location.href);
		url.searchParams.set("before", body.rows[MOST - 1].dataset.place);
		older.href = url.href;
		older.hidden = false;
	}

	function add(body, rows) {
		var top = body.rows[0] || null;
		rows.forEach(function (row) {
			var made = document.importNode(row, true);
			Array.from(made.cells).forEach(function (cell) { cell.classList.add("changed"); });
			body.insertBefore(made, top);
		});
		rollcall.showAll(body);
		shorten(body);
	}

	function take(text) {
		var page = new DOMParser().parseFromString(text, "text/html");
		var changes = page.getElementById("log-changes"), body = document.getElementById("log-rows");
		if (!changes)
			return null;
		var rows = Array.from(changes.querySelectorAll("tbody tr"));
		/* The first entry of all, or more than are sent at once: what somebody sees who comes now. */
		if (changes.dataset.more || (rows.length && !body))
			return rollcall.refresh(list);
		list.dataset.place = changes.dataset.place;
		if (rows.length)
			add(body, rows);
		return null;
	}

	var say = rollcall.sayBy(button);

	function ask() {
		var url = new URL(list.dataset.rows, location.href);
		url.searchParams.set("live", "1");
		url.searchParams.set("after", list.dataset.place);
		return rollcall.get(url, say).then(function (text) { return text === null ? null : take(text); });
	}

	function look() {
		if (!on || busy || document.hidden || Date.now() - last < EVERY)
			return;
		busy = true;
		last = Date.now();
		ask().catch(function () { say("off"); }).then(function () { busy = false; });
	}

	button.hidden = false;
	button.addEventListener("click", function () {
		on = !on;
		button.setAttribute("aria-pressed", String(on));
		last = 0;
		look();
	});
	setInterval(look, 1000);
	document.addEventListener("visibilitychange", look);
	say("on");
})();
