/* SPDX-License-Identifier: ISC */
/*
 * Polls over mutual TLS, each on a connection of its own with a full handshake: what neither wrk nor h2load
 * can do.
 *
 *     handshake PORT SECONDS CONNECTIONS CA KEY FIRST COUNT PATH ARGUMENTS
 *
 *   CA         a PEM with the certificate and key of a CA that the server trusts
 *   KEY        what the devices have: P-256 or RSA-2048, all of them the same
 *   FIRST      the number of the first certificate
 *   COUNT      how many there are; they are shown one after the other, and again from the first
 *   PATH       /update/update.php
 *   ARGUMENTS  of the URL, behind those that say which device it is
 *
 * Certificate N is that of device N modulo 1000 of test/bench/fill.c, another one for each N; all are valid as
 * long as the CA. Prints requests,
 * requests per second, and the latency of a poll, its connection and handshake included: p50 and p99 in ms.
 * Anything but 200 to a full handshake is a failure.
 */
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define CONNECTIONS 1024
#define DEVICES 1000
#define REPLY 16384

struct device {
	X509 *cert;
	unsigned number;
};

struct connection {
	SSL *ssl;
	double started;
	size_t sent, got;
	char request[1024], reply[REPLY];
};

static struct {
	struct sockaddr_in address;
	const char *path, *arguments;
	SSL_CTX *context;
	EVP_PKEY *key;
	struct device *devices;
	unsigned first, count, next;
	double *latencies;
	size_t done, room;
} all;

static void fail(const char *what) __attribute__((noreturn));
static void fail(const char *what)
{
	fprintf(stderr, "handshake: %s\n", what);
	ERR_print_errors_fp(stderr);
	exit(1);
}

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- certificates ---- */

/* The texts of a device, as in test/bench/fill.c. */
struct names {
	char sn[32], hwid[32], ip[32];
};

static struct names name_device(unsigned number)
{
	struct names out;
	unsigned a = number >> 16 & 255, b = number >> 8 & 255, c = number & 255;
	snprintf(out.sn, sizeof out.sn, "00-90-33-%02x-%02x-%02x", a, b, c);
	snprintf(out.hwid, sizeof out.hwid, "IP232-%02x-%02x-%02x", a, b, c);
	snprintf(out.ip, sizeof out.ip, "10.%u.%u.%u", a, b, c);
	return out;
}

static void set_subject(X509 *cert, unsigned device)
{
	struct names names = name_device(device);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_ASC,
	    (const unsigned char *)names.hwid, -1, -1, 0);
}

static X509 *make_cert(unsigned number, X509 *ca, EVP_PKEY *ca_key)
{
	X509 *cert = X509_new();
	X509_EXTENSION *usage = X509V3_EXT_conf_nid(NULL, NULL, NID_ext_key_usage, "clientAuth");
	X509_set_version(cert, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), (long)number + 1);
	X509_set1_notBefore(cert, X509_get0_notBefore(ca));
	X509_set1_notAfter(cert, X509_get0_notAfter(ca));
	X509_set_issuer_name(cert, X509_get_subject_name(ca));
	set_subject(cert, number % DEVICES);
	X509_set_pubkey(cert, all.key);
	X509_add_ext(cert, usage, -1);
	X509_EXTENSION_free(usage);
	if (X509_sign(cert, ca_key, EVP_sha256()) <= 0)
		fail("a certificate cannot be signed");
	return cert;
}

static void make_devices(const char *path)
{
	FILE *file = fopen(path, "r");
	X509 *ca = file ? PEM_read_X509(file, NULL, NULL, NULL) : NULL;
	EVP_PKEY *ca_key = ca ? PEM_read_PrivateKey(file, NULL, NULL, NULL) : NULL;
	if (!ca_key)
		fail("the CA cannot be read");
	fclose(file);
	all.devices = calloc(all.count, sizeof *all.devices);
	for (unsigned i = 0; i < all.count; i++) {
		unsigned number = all.first + i;
		all.devices[i] = (struct device){make_cert(number, ca, ca_key), number % DEVICES};
	}
	X509_free(ca);
	EVP_PKEY_free(ca_key);
}

/* ---- connections ---- */

static void write_request(struct connection *c, unsigned device)
{
	struct names names = name_device(device);
	snprintf(c->request, sizeof c->request,
	    "GET %s?type=IP232&sn=%s&hwid=%s&ip=%s%s HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n",
	    all.path, names.sn, names.hwid, names.ip, all.arguments);
}

static void begin(struct connection *c)
{
	const struct device *d = &all.devices[all.next++ % all.count];
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	c->started = now();
	c->sent = c->got = 0;
	connect(fd, (struct sockaddr *)&all.address, sizeof all.address);
	c->ssl = SSL_new(all.context);
	if (fd < 0 || !c->ssl || SSL_use_certificate(c->ssl, d->cert) != 1 ||
	    SSL_use_PrivateKey(c->ssl, all.key) != 1)
		fail("a connection cannot be made");
	SSL_set_fd(c->ssl, fd);
	SSL_set_connect_state(c->ssl);
	write_request(c, d->number);
}

static void end(struct connection *c)
{
	if (c->got < 12 || memcmp(c->reply, "HTTP/1.1 200", 12) != 0) {
		fwrite(c->reply, 1, c->got, stderr);
		fail("not every request was answered with 200");
	}
	if (SSL_session_reused(c->ssl))
		fail("a session was taken up again");
	if (all.done == all.room) {
		all.room = all.room ? 2 * all.room : 4096;
		all.latencies = realloc(all.latencies, all.room * sizeof *all.latencies);
	}
	all.latencies[all.done++] = now() - c->started;
	close(SSL_get_fd(c->ssl));
	SSL_free(c->ssl);
	c->ssl = NULL;
}

/* True: the reply is there. A close without TLS's own goodbye is one, too. */
static bool advance(struct connection *c, short *wanted)
{
	size_t n;
	size_t size = strlen(c->request);
	int result = 1;
	while (c->sent < size &&
	       (result = SSL_write_ex(c->ssl, c->request + c->sent, size - c->sent, &n)) == 1)
		c->sent += n;
	while (result == 1 && c->got < REPLY &&
	       (result = SSL_read_ex(c->ssl, c->reply + c->got, REPLY - c->got, &n)) == 1)
		c->got += n;
	int error = SSL_get_error(c->ssl, result);
	*wanted = error == SSL_ERROR_WANT_WRITE ? POLLOUT : POLLIN;
	if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)
		return false;
	if (error != SSL_ERROR_ZERO_RETURN && !c->got)
		fail("a connection ended");
	ERR_clear_error();
	return true;
}

/* ---- all of it ---- */

static void run(double seconds, unsigned connections)
{
	static struct connection c[CONNECTIONS];
	struct pollfd fds[CONNECTIONS];
	double until = now() + seconds;
	for (unsigned i = 0; i < connections; i++) {
		begin(&c[i]);
		fds[i] = (struct pollfd){SSL_get_fd(c[i].ssl), POLLOUT, 0};
	}
	while (now() < until) {
		poll(fds, connections, 1000);
		for (unsigned i = 0; i < connections; i++) {
			if (!fds[i].revents || !advance(&c[i], &fds[i].events))
				continue;
			end(&c[i]);
			begin(&c[i]);
			fds[i] = (struct pollfd){SSL_get_fd(c[i].ssl), POLLOUT, 0};
		}
	}
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double percentile(unsigned part)
{
	return all.latencies[(all.done - 1) * part / 100] * 1000;
}

int main(int argc, char **argv)
{
	if (argc != 10)
		fail("PORT SECONDS CONNECTIONS CA KEY FIRST COUNT PATH ARGUMENTS");
	unsigned connections = (unsigned)atoi(argv[3]);
	double seconds = atof(argv[2]);
	all.address = (struct sockaddr_in){.sin_family = AF_INET,
	    .sin_port = htons((uint16_t)atoi(argv[1])),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	all.key = strcmp(argv[5], "RSA-2048") == 0 ? EVP_RSA_gen(2048) : EVP_EC_gen(argv[5]);
	all.first = (unsigned)atoi(argv[6]);
	all.count = (unsigned)atoi(argv[7]);
	all.path = argv[8];
	all.arguments = argv[9];
	all.context = SSL_CTX_new(TLS_client_method());
	if (!all.key || !all.context || connections > CONNECTIONS || !connections || !all.count)
		fail("these arguments cannot be used");
	SSL_CTX_set_session_cache_mode(all.context, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_verify(all.context, SSL_VERIFY_NONE, NULL);
	make_devices(argv[4]);
	run(seconds, connections);
	if (!all.done)
		fail("nothing was answered");
	qsort(all.latencies, all.done, sizeof *all.latencies, compare);
	printf("%zu %.1f %.3f %.3f\n", all.done, (double)all.done / seconds, percentile(50),
	    percentile(99));
	return 0;
}
