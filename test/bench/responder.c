/* SPDX-License-Identifier: ISC */
/*
 * The smallest libfcgi program that can answer: what `make bench` measures Rollcall against.
 *
 *     responder SOCKET PROCESSES
 *
 * Each process accepts, reads nothing, answers 2 KB of text with a Content-Length. Ends with its
 * parent.
 */
#include <fcgiapp.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define BODY 2048

static int serve(int sock)
{
	static char body[BODY + 1];
	FCGX_Request request;
	memset(body, '#', BODY);
	if (FCGX_InitRequest(&request, sock, 0) != 0)
		return 1;
	while (FCGX_Accept_r(&request) == 0) {
		FCGX_PutS("Content-Type: text/plain; charset=utf-8\r\nContent-Length: 2048\r\n\r\n",
		    request.out);
		FCGX_PutStr(body, BODY, request.out);
		FCGX_Finish_r(&request);
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	FCGX_Init();
	signal(SIGTERM, SIG_DFL);
	int sock = FCGX_OpenSocket(argv[1], 1024);
	if (sock < 0)
		return 1;
	for (int i = atoi(argv[2]); i > 0; i--) {
		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGTERM);
			_exit(serve(sock));
		}
	}
	while (wait(NULL) > 0)
		;
	return 0;
}
