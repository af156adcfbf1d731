/* SPDX-License-Identifier: ISC */
#include "tools/rollcall/secret.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* Whoever stops us gets a terminal back that shows what is typed. */
static const int stoppers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
#define STOPPERS (sizeof stoppers / sizeof *stoppers)

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	stopped = signal;
}

/* A line of stdin without its end; byte for byte, so that nothing of what follows is taken. */
static bool read_line(char *out, size_t size, struct err *e)
{
	size_t n = 0;
	for (;;) {
		char c;
		ssize_t got = read(STDIN_FILENO, &c, 1);
		if (got < 0 && errno == EINTR && !stopped)
			continue;
		if (stopped)
			return err_set(e, "nothing was changed");
		if (got < 0)
			return err_sys(e, "the password cannot be read");
		if (got == 0 && n == 0)
			return err_set(e, "no password was given: it is read from stdin");
		if (got == 0 || c == '\n')
			break;
		if (n + 1 >= size)
			return err_set(
			    e, "the password is too long: it may have %zu bytes", size - 1);
		if (c == '\0')
			return err_set(e, "the password holds a character that cannot be typed");
		out[n++] = c;
	}
	n -= n && out[n - 1] == '\r';
	out[n] = '\0';
	return true;
}

static bool ask(const char *what, const char *whom, char *out, size_t size, struct err *e)
{
	fprintf(stderr, "%s%s: ", what, whom);
	bool ok = read_line(out, size, e);
	fputc('\n', stderr);
	return ok;
}

static bool ask_twice(const char *whom, char *out, size_t size, struct err *e)
{
	char more[1024];
	bool ok = ask("New password for ", whom, out, size, e) &&
		  ask("Once more", "", more, size < sizeof more ? size : sizeof more, e);
	if (ok && strcmp(out, more) != 0)
		ok = err_set(e, "these are two different passwords: nothing was changed");
	OPENSSL_cleanse(more, sizeof more);
	return ok;
}

static bool ask_hidden(const char *whom, char *out, size_t size, struct err *e)
{
	struct termios shown, hidden;
	struct sigaction was[STOPPERS];
	const struct sigaction ours = {.sa_handler = stop};
	if (tcgetattr(STDIN_FILENO, &shown) != 0)
		return err_sys(e, "the terminal does not say how it is set");
	hidden = shown;
	hidden.c_lflag &= ~(tcflag_t)ECHO;
	for (size_t i = 0; i < STOPPERS; i++)
		sigaction(stoppers[i], &ours, &was[i]);
	bool ok = tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) == 0
		      ? ask_twice(whom, out, size, e)
		      : err_sys(e, "the terminal cannot be told to hide what is typed");
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
	for (size_t i = 0; i < STOPPERS; i++)
		sigaction(stoppers[i], &was[i], NULL);
	if (stopped)
		raise(stopped);
	return ok;
}

bool secret_read(const char *whom, char *out, size_t size, struct err *e)
{
	return isatty(STDIN_FILENO) ? ask_hidden(whom, out, size, e) : read_line(out, size, e);
}
