/* SPDX-License-Identifier: ISC */
#include "guard/password.h"

#include "base/hex.h"
#include "base/log.h"
#include "base/text.h"
#include "core/account.h"

#include <crypt.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

_Static_assert(PASSWORD_MOST == ACCOUNT_PASSWORD, "what the configuration may hold can be sent");

/*
 * The cost of yescrypt, measured on a server of two slow cores: 4 takes 11 ms and 8 MB, 5 takes 24 ms and
 * 16 MB, 6 takes 56 ms and 32 MB, 7 takes 101 ms and 64 MB. At 6 somebody who got hold of a hash tries some
 * twenty passwords a second and core, and a worker (LIMIT_WORKER_DATA) has the memory many times over.
 */
#define METHOD "$y$"
#define COST 6
/* What is computed when there is nothing to compare with: the same method and cost, the salt of nobody. */
#define NOBODY "$y$jAT$rollcallnobodysalt0000"

#define TOKEN_BYTES 32
#define DIGEST 32

/* ---- hashes ---- */

static size_t letters(const char *text)
{
	size_t n = 0;
	for (; *text; text++)
		n += (*text & 0xc0) != 0x80;
	return n;
}

/* The hash of a password with the setting (method, cost, salt) of another one. NULL: it cannot be made. */
static const char *compute(const char *password, const char *setting, struct crypt_data *room)
{
	memset(room, 0, sizeof *room);
	const char *made = crypt_rn(password, setting, room, (int)sizeof *room);
	return made && *made != '*' ? made : NULL;
}

static bool is_fit(const char *password, struct err *e)
{
	if (strlen(password) > PASSWORD_MOST)
		return err_set(e, "the password is too long: it may have %d bytes", PASSWORD_MOST);
	if (letters(password) < PASSWORD_LEAST)
		return err_set(e, "the password is too short: it must have %d characters or more",
		    PASSWORD_LEAST);
	if (text_has_control(password, strlen(password)))
		return err_set(e, "the password holds a character that cannot be typed");
	return true;
}

const char *password_hash(struct arena *a, const char *password, struct err *e)
{
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];
	struct crypt_data room;
	const char *hash = NULL;
	if (!is_fit(password, e))
		return NULL;
	if (crypt_gensalt_rn(METHOD, COST, NULL, 0, setting, (int)sizeof setting))
		hash = compute(password, setting, &room);
	if (hash)
		hash = arena_strdup(a, hash);
	else
		err_sys(e, "the password cannot be hashed");
	OPENSSL_cleanse(&room, sizeof room);
	return hash;
}

bool password_is_hash(const char *text)
{
	return account_is_hash(text) && crypt_checksalt(text) == CRYPT_SALT_OK;
}

static bool is_same(const char *one, const char *other)
{
	size_t n = strlen(one);
	return strlen(other) == n && CRYPTO_memcmp(one, other, n) == 0;
}

bool password_matches(const char *hash, const char *password)
{
	struct crypt_data room;
	bool usable = hash && password_is_hash(hash);
	if (strlen(password) > PASSWORD_MOST)
		return false;
	const char *made = compute(password, usable ? hash : NOBODY, &room);
	if (!made)
		log_warn("passwords", "a hash cannot be computed: nobody can sign in with it");
	bool same = made && usable && is_same(made, hash);
	OPENSSL_cleanse(&room, sizeof room);
	return same;
}

/* ---- digests ---- */

static void digest(const char *what, const char *text, unsigned char out[EVP_MAX_MD_SIZE])
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool ok = context && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1 &&
		  EVP_DigestUpdate(context, what, strlen(what)) == 1 &&
		  EVP_DigestUpdate(context, text, strlen(text)) == 1 &&
		  EVP_DigestFinal_ex(context, out, NULL) == 1;
	EVP_MD_CTX_free(context);
	if (!ok)
		log_panic("passwords", "OpenSSL offers no SHA-256");
}

bool password_is(const char *secret, const char *password)
{
	unsigned char one[EVP_MAX_MD_SIZE], other[EVP_MAX_MD_SIZE];
	password_matches(NULL, password); /* for the time it takes */
	if (!secret || !*secret || strlen(password) > PASSWORD_MOST)
		return false;
	digest("", secret, one);
	digest("", password, other);
	return CRYPTO_memcmp(one, other, DIGEST) == 0;
}

/* ---- tokens ---- */

bool token_same(const char *right, const char *sent)
{
	return is_same(right, sent);
}

bool token_make(char out[TOKEN_TEXT + 1])
{
	unsigned char bytes[TOKEN_BYTES];
	char text[4 * ((TOKEN_BYTES + 2) / 3) + 1];
	if (RAND_bytes(bytes, sizeof bytes) != 1)
		return false;
	EVP_EncodeBlock((unsigned char *)text, bytes, sizeof bytes);
	for (size_t i = 0; i < TOKEN_TEXT; i++)
		out[i] = (char)(text[i] == '+' ? '-' : text[i] == '/' ? '_' : text[i]);
	out[TOKEN_TEXT] = '\0';
	OPENSSL_cleanse(bytes, sizeof bytes);
	OPENSSL_cleanse(text, sizeof text);
	return true;
}

bool token_is(const char *text)
{
	return strlen(text) == TOKEN_TEXT && text_is_word(text, "-_");
}

void token_digest(const char *token, char out[65])
{
	unsigned char bytes[EVP_MAX_MD_SIZE];
	digest("", token, bytes);
	hex_encode(out, bytes, DIGEST);
}

void token_csrf(const char *token, char out[65])
{
	unsigned char bytes[EVP_MAX_MD_SIZE];
	digest("form ", token, bytes);
	hex_encode(out, bytes, DIGEST);
}

bool token_csrf_is(const char *token, const char *sent)
{
	char right[65];
	token_csrf(token, right);
	return is_same(right, sent);
}
