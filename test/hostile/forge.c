/* SPDX-License-Identifier: ISC */
/* Writes the files of test/hostile into the folder that is named; test/hostile/make runs it. */
#undef NDEBUG
#include "test/unit/guard/forge.h"

#include <openssl/rsa.h>

static const char *folder;
static EVP_PKEY *ca_key, *device_key, *other_key;
static X509 *ca, *other_ca, *middle_ca;

static void put(const char *name, char *text)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *file = fopen(path, "w");
	assert(file && fputs(text, file) >= 0 && fclose(file) == 0);
	free(text);
}

static void put_cert(const char *name, struct forge f)
{
	if (!f.key)
		f.key = device_key;
	if (!f.issuer) {
		f.issuer = ca;
		f.issuer_key = ca_key;
	}
	X509 *cert = forge_cert(&f);
	put(name, forge_pem(cert));
	X509_free(cert);
}

static void put_request(const char *name, struct forge f, EVP_PKEY *signer)
{
	if (!f.key)
		f.key = device_key;
	X509_REQ *request = forge_request(&f, signer);
	put(name, forge_request_pem(request));
	X509_REQ_free(request);
}

/* What is trusted: the CA, its list, and those that are not. RSA, as MD5 is not for EC. */
static void authorities(void)
{
	ca_key = EVP_RSA_gen(2048);
	device_key = forge_key();
	other_key = forge_key();
	ca = forge_cert(&(struct forge){.key = ca_key, .is_ca = true});
	other_ca = forge_cert(&(struct forge){.key = other_key, .is_ca = true, .cn = "Other CA"});
	middle_ca = forge_cert(&(struct forge){.key = other_key,
	    .is_ca = true,
	    .cn = "Middle CA",
	    .issuer = ca,
	    .issuer_key = ca_key});
	X509_CRL *list = forge_list(ca, ca_key, 13, FORGE_FROM, FORGE_UNTIL);
	put("ca.pem", forge_pem(ca));
	put("crl.pem", forge_list_pem(list));
	put("device.key", forge_key_pem(device_key, NULL));
	X509_CRL_free(list);
}

static void names(void)
{
	static const char bmp[] = "\0I\0P\0"
				  "2\0"
				  "3\0"
				  "2";
	char large[301];
	memset(large, 'x', 300);
	large[300] = '\0';
	put_cert("good.pem", (struct forge){0});
	put_cert("other-device.pem", (struct forge){.cn = "IP232-30-00-b0"});
	put_cert("no-cn.pem", (struct forge){.cn = ""});
	put_cert("two-cn.pem", (struct forge){.cn = FORGE_DEVICE, .cn2 = "IP232-30-00-b0"});
	put_cert("nul-cn.pem", (struct forge){.cn = FORGE_DEVICE "\0.evil", .cn_size = 20});
	put_cert("newline-cn.pem", (struct forge){.cn = FORGE_DEVICE "\nforged line"});
	put_cert("escape-cn.pem", (struct forge){.cn = "\033[2J" FORGE_DEVICE});
	put_cert(
	    "bmp-cn.pem", (struct forge){.cn = bmp, .cn_size = 10, .cn_type = V_ASN1_BMPSTRING});
	put_cert("latin-cn.pem", (struct forge){.cn = "J\xfcrgen", .cn_type = V_ASN1_T61STRING});
	put_cert("long-cn.pem", (struct forge){.cn = large});
}

static void kinds(void)
{
	EVP_PKEY *rsa = EVP_RSA_gen(1024);
	put_cert("expired.pem", (struct forge){.until = FORGE_FROM + 365 * FORGE_DAY});
	put_cert("not-yet.pem", (struct forge){.from = FORGE_UNTIL - FORGE_DAY});
	put_cert("server-only.pem", (struct forge){.purpose = "serverAuth"});
	put_cert("no-signing.pem", (struct forge){.usage = "critical,keyEncipherment"});
	put_cert("sha1.pem", (struct forge){.md = EVP_sha1()});
	put_cert("md5.pem", (struct forge){.md = EVP_md5()});
	put_cert("rsa-1024.pem", (struct forge){.key = rsa});
	put_cert("revoked.pem", (struct forge){.serial = 13});
	EVP_PKEY_free(rsa);
}

/* Whoever signed these is not in the file of CAs, or does not say who he is. */
static void chains(void)
{
	EVP_PKEY *rsa = EVP_RSA_gen(2048);
	X509 *self = forge_cert(&(struct forge){.key = device_key});
	put("self-signed.pem", forge_pem(self));
	put_cert("unknown-ca.pem", (struct forge){.issuer = other_ca, .issuer_key = other_key});
	put_cert("too-deep.pem", (struct forge){.issuer = middle_ca, .issuer_key = other_key});
	put_cert("wrong-signature.pem", (struct forge){.issuer = ca, .issuer_key = rsa});
	X509_free(self);
	EVP_PKEY_free(rsa);
}

/* `n` bytes of a text that is freed. */
static char *cut(char *text, size_t n)
{
	text[n] = '\0';
	return text;
}

static void damaged(void)
{
	X509 *cert =
	    forge_cert(&(struct forge){.key = device_key, .issuer = ca, .issuer_key = ca_key});
	put("truncated.pem", cut(forge_pem(cert), 400));
	put("garbage.pem", strdup("-----BEGIN CERTIFICATE-----\n"
				  "bm8gY2VydGlmaWNhdGUgYXQgYWxs\n-----END CERTIFICATE-----\n"));
	put("no-base64.pem", strdup("-----BEGIN CERTIFICATE-----\n"
				    "\x01\x02\x03????\n-----END CERTIFICATE-----\n"));
	X509_free(cert);
}

static void requests(void)
{
	EVP_PKEY *rsa = EVP_RSA_gen(1024), *rsa2048 = EVP_RSA_gen(2048);
	struct forge plain = {.key = device_key};
	put_request("good.csr", plain, NULL);
	put_request("rsa-1024.csr", (struct forge){.key = rsa}, NULL);
	put_request("md5.csr", (struct forge){.key = rsa2048, .md = EVP_md5()}, NULL);
	put_request("sha1.csr", (struct forge){.md = EVP_sha1()}, NULL);
	put_request("bad-signature.csr", plain, other_key);
	put_request("ca-true.csr", (struct forge){.is_ca = true, .cn = FORGE_DEVICE}, NULL);
	put_request("two-cn.csr", (struct forge){.cn2 = "IP232-30-00-b0"}, NULL);
	put_request(
	    "nul-cn.csr", (struct forge){.cn = FORGE_DEVICE "\0.evil", .cn_size = 20}, NULL);
	put_request("wrong-cn.csr", (struct forge){.cn = "IP232-30-00-b0"}, NULL);
	put_request("wildcard-cn.csr", (struct forge){.cn = "any-phone"}, NULL);
	X509_REQ *request = forge_request(&plain, NULL);
	put("truncated.csr", cut(forge_request_pem(request), 300));
	put("garbage.csr", strdup("-----BEGIN CERTIFICATE REQUEST-----\n"
				  "bm8gcmVxdWVzdCBhdCBhbGw=\n-----END CERTIFICATE REQUEST-----\n"));
	put("encrypted.csr",
	    strdup("-----BEGIN CERTIFICATE REQUEST-----\nProc-Type: 4,ENCRYPTED\n"
		   "DEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\n"
		   "bm8gcmVxdWVzdCBhdCBhbGw=\n-----END CERTIFICATE REQUEST-----\n"));
	put("encrypted-key.csr", forge_key_pem(device_key, "secret"));
	put_cert("wrong-key.pem", (struct forge){.key = other_key});
	X509_REQ_free(request);
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(rsa2048);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
		return 2;
	}
	folder = argv[1];
	authorities();
	names();
	kinds();
	chains();
	damaged();
	requests();
	return 0;
}
