/* What is said of a certificate chain, honest, forged and hostile ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <openssl/err.h>
#include <openssl/sha.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "results/chain.h"
#include "results/measurement.h"
#include "tests/cert_lab.h"

#define HEAD "name\tsubject\tissuer\tsha1\tsha256\tspki_sha256\tobserved\twhen\tsource\n"

/* 2026-06-01T00:00:00Z */
static const int64_t now_us = INT64_C(1780272000) * 1000000;

static struct known_cas shipped;
static EVP_PKEY *root_key, *middle_key, *other_key;
static X509 *root, *middle;

/* A classified chain. */
struct seen {
	struct arena *arena;
	struct bytes *der;
	size_t n;
	struct chain_facts facts;
};

static void
seen_free(struct seen *s)
{
	cert_lab_free(s->der, s->n);
	arena_free(s->arena);
}

/* Whatever the bytes, OpenSSL's queue of errors is left as it was. */
static void
classify(struct seen *s, const struct known_cas *known)
{
	s->arena = arena_new();
	chain_classify(s->der, s->n, now_us, known, s->arena, &s->facts);
	assert_int_equal(ERR_peek_error(), 0);
}

/* SEE(&s, known, certificates...) */
#define SEE(s, known, ...)                                           \
	do {                                                         \
		(s)->der = cert_lab_der(&(s)->n, __VA_ARGS__, NULL); \
		classify((s), (known));                              \
	} while (0)

static X509 *
public_leaf(void)
{
	return cert_lab_make(&(struct cert_recipe){.subject = "CN=site.test",
	    .issuer = middle,
	    .signer = middle_key,
	    .san = "site.test",
	    .sct = 1,
	    .aia = 1,
	    .policies = 1});
}

/* ---- The path up from the leaf -----------------------------------------------------------------
 */

static void
an_honest_chain_leads_up_to_its_root(void **state)
{
	X509 *leaf = public_leaf();
	struct seen s;
	uint8_t digest[SHA256_DIGEST_LENGTH];
	struct buf hex = BUF_EMPTY;

	(void)state;
	SEE(&s, &shipped, leaf, middle, root);
	assert_true(s.facts.parsed);
	assert_int_equal(s.facts.length, 3);
	assert_int_equal(s.facts.unread + s.facts.unparsed, 0);
	assert_string_equal(s.facts.subject, "CN=site.test");
	assert_string_equal(s.facts.issuer, "CN=Middle,C=KZ");
	assert_string_equal(s.facts.top_issuer, "CN=Root,C=KZ");
	assert_int_equal(s.facts.path_length, 3);
	assert_true(s.facts.self_issued_root);
	assert_false(s.facts.self_signed);
	assert_null(s.facts.known);
	assert_null(s.facts.unobserved);
	assert_int_equal(s.facts.forged_marks, 0);
	assert_int_equal(s.facts.nnames, 1);
	assert_string_equal(s.facts.names[0], "site.test");
	assert_false(s.facts.expired || s.facts.not_yet || s.facts.ca_expired);
	SHA256(s.der[0].data, s.der[0].len, digest);
	buf_hex(&hex, digest, sizeof(digest));
	assert_string_equal(s.facts.leaf_sha256, buf_str(&hex));
	assert_int_equal(strlen(s.facts.leaf_key_sha256), 64);
	assert_int_equal(strlen(s.facts.issuer_name_sha256), 64);
	assert_string_not_equal(s.facts.issuer_name_sha256, s.facts.top_name_sha256);
	buf_free(&hex);
	X509_free(leaf);
	seen_free(&s);
}

static void
the_order_of_the_rest_does_not_matter(void **state)
{
	X509 *leaf = public_leaf();
	struct seen s;

	(void)state;
	SEE(&s, NULL, leaf, root, middle);
	assert_int_equal(s.facts.path_length, 3);
	assert_string_equal(s.facts.top_issuer, "CN=Root,C=KZ");
	X509_free(leaf);
	seen_free(&s);
}

static void
genuine_certificates_beside_a_forged_leaf_do_not_count(void **state)
{
	X509 *forged = cert_lab_make(
	    &(struct cert_recipe){.issuer = middle, .signer = other_key, .san = "site.test"});
	struct seen s;

	(void)state;
	SEE(&s, NULL, forged, middle, root);
	assert_int_equal(s.facts.path_length, 1);
	assert_string_equal(s.facts.top_issuer, s.facts.issuer);
	assert_string_equal(s.facts.top_name_sha256, s.facts.issuer_name_sha256);
	assert_false(s.facts.self_issued_root);
	assert_int_equal(s.facts.forged_marks, 3);
	X509_free(forged);
	seen_free(&s);
}

static void
a_leaf_that_signed_itself_is_told_however_often_it_is_sent(void **state)
{
	X509 *self = cert_lab_make(&(struct cert_recipe){.san = "site.test"});
	X509 *pretender = cert_lab_make(&(struct cert_recipe){.signer = other_key});
	struct seen s;

	(void)state;
	SEE(&s, NULL, self, self, self);
	assert_true(s.facts.self_signed && s.facts.self_issued_root);
	assert_int_equal(s.facts.path_length, 1);
	seen_free(&s);

	/* It names itself, but somebody else signed it. */
	SEE(&s, NULL, pretender);
	assert_false(s.facts.self_signed || s.facts.self_issued_root);
	X509_free(self);
	X509_free(pretender);
	seen_free(&s);
}

/* ---- Known interceptors ------------------------------------------------------------------------
 */

/* The interception of 2019, as the paper has it: exponent 3, no extensions, two names of the chain
 * known. */
static void
an_interceptor_is_known_by_its_names(void **state)
{
	EVP_PKEY *key = cert_lab_rsa(2048, 3);
	X509 *ca = cert_lab_make(&(struct cert_recipe){.subject = "C=KZ,CN=Security Certificate",
	    .issuer_name = "CN=QAZNET  trust network ,C=kz",
	    .key = middle_key});
	X509 *leaf = cert_lab_make(&(struct cert_recipe){
	    .key = key, .issuer = ca, .signer = middle_key, .san = "site.test"});
	struct seen s;

	(void)state;
	SEE(&s, &shipped, leaf, ca);
	assert_non_null(s.facts.known);
	assert_string_equal(s.facts.known->name, "Qaznet Trust Network");
	assert_true(s.facts.known->observed);
	assert_false(s.facts.known_by_key);
	assert_false(s.facts.known_signed);
	assert_true(s.facts.exponent3);
	assert_int_equal(s.facts.key_bits, 2048);
	assert_int_equal(s.facts.forged_marks, 5);
	assert_int_equal(s.facts.path_length, 2);
	seen_free(&s);

	/* The leaf alone names nobody who could be known. */
	SEE(&s, &shipped, leaf);
	assert_null(s.facts.known);
	assert_int_equal(s.facts.forged_marks, 4);
	X509_free(leaf);
	X509_free(ca);
	EVP_PKEY_free(key);
	seen_free(&s);
}

static void
a_name_is_known_in_any_order_and_only_as_a_whole(void **state)
{
	static const struct {
		const char *issuer, *known;
	} rows[] = {
	    {"C=KZ,O=ISCA,CN=Information Security Certification Authority",
	        "Information Security Certification Authority (ISCA)"},
	    {"CN=Information Security Certification Authority,O=ISCA,C=KZ",
	        "Information Security Certification Authority (ISCA)"},
	    {"O=isca,C=KZ,CN= information security  certification authority",
	        "Information Security Certification Authority (ISCA)"},
	    {"CN=Information Security Certification Authority CA,O=ISCA,C=KZ",
	        "Information Security Certification Authority CA (ISCA)"},
	    {"CN=Information Security Certification Authority", NULL},
	    {"C=KZ,O=ISCA", NULL},
	    {"C=KZ,CN=Qaznet Trust Networks", NULL},
	    {"C=KZ,CN=Security Certificate", NULL},
	    {"O=Qaznet Trust Network,C=KZ", NULL},
	};
	struct seen s;
	X509 *leaf;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		leaf = cert_lab_make(&(struct cert_recipe){.issuer_name = rows[i].issuer});
		SEE(&s, &shipped, leaf);
		print_message("# %s\n", rows[i].issuer);
		if (rows[i].known == NULL)
			assert_null(s.facts.known);
		else
			assert_string_equal(s.facts.known->name, rows[i].known);
		X509_free(leaf);
		seen_free(&s);
	}
}

static void
a_name_with_a_nul_in_it_is_another_name(void **state)
{
	X509 *leaf = cert_lab_make(&(struct cert_recipe){
	    .subject = "C=KZ", .subject_bytes = "Qaznet Trust Network\0x", .subject_len = 22});
	X509 *same = cert_lab_make(&(struct cert_recipe){
	    .subject = "C=KZ", .subject_bytes = "Qaznet Trust Network", .subject_len = 20});
	struct seen s;

	(void)state;
	SEE(&s, &shipped, leaf);
	assert_null(s.facts.known);
	assert_string_equal(s.facts.subject, "CN=Qaznet Trust Network\\00x,C=KZ");
	seen_free(&s);
	SEE(&s, &shipped, same);
	assert_non_null(s.facts.known);
	X509_free(leaf);
	X509_free(same);
	seen_free(&s);
}

static void
an_authority_never_seen_at_it_accuses_nobody(void **state)
{
	X509 *leaf = cert_lab_make(&(struct cert_recipe){
	    .issuer_name = "CN=НЕГІЗГІ КУӘЛАНДЫРУШЫ ОРТАЛЫҚ", .signer = other_key});
	struct seen s;

	(void)state;
	SEE(&s, &shipped, leaf);
	assert_null(s.facts.known);
	assert_non_null(s.facts.unobserved);
	assert_string_equal(s.facts.unobserved->name, "Root of 2015/16");
	assert_int_equal(s.facts.forged_marks, 3);
	X509_free(leaf);
	seen_free(&s);
}

/* A table of one row, with one of the certificate's fingerprints. */
static void
table_of(struct known_cas *cas, const struct bytes *der, const char *which)
{
	struct chain_facts facts;
	struct arena *arena = arena_new();
	uint8_t sha1[SHA_DIGEST_LENGTH];
	struct buf row = BUF_EMPTY;

	chain_classify(der, 1, 0, NULL, arena, &facts);
	SHA1(der->data, der->len, sha1);
	buf_puts(&row, HEAD "The Interceptor\t\t\t");
	if (strcmp(which, "sha1") == 0)
		buf_hex(&row, sha1, sizeof(sha1));
	buf_printf(&row, "\t%s\t%s\tyes\t2026\ttest\n",
	    strcmp(which, "sha256") == 0 ? facts.leaf_sha256 : "",
	    strcmp(which, "spki") == 0 ? facts.leaf_key_sha256 : "");
	known_cas_parse("table", row.data, row.len, cas);
	assert_int_equal(cas->n, 1);
	buf_free(&row);
	arena_free(arena);
}

static void
a_fingerprint_proves_only_with_a_signature(void **state)
{
	static const char *const which[] = {"sha1", "sha256", "spki"};
	X509 *leaf = public_leaf(), *stranger = cert_lab_make(&(struct cert_recipe){0});
	struct known_cas cas = {0};
	struct seen s;
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		s.der = cert_lab_der(&s.n, leaf, middle, root, NULL);
		table_of(&cas, &s.der[1], which[i]);
		classify(&s, &cas);
		assert_ptr_equal(s.facts.known, &cas.items[0]);
		assert_true(s.facts.known_by_key && s.facts.known_signed);
		seen_free(&s);

		/* Anybody can send a certificate along. */
		SEE(&s, &cas, stranger, middle);
		assert_ptr_equal(s.facts.known, &cas.items[0]);
		assert_true(s.facts.known_by_key);
		assert_false(s.facts.known_signed);
		seen_free(&s);

		SEE(&s, &cas, stranger, root);
		assert_null(s.facts.known);
		seen_free(&s);
		known_cas_clear(&cas);
	}
	X509_free(leaf);
	X509_free(stranger);
}

/* ---- The table ---------------------------------------------------------------------------------
 */

static const struct known_ca *
row_of(const char *sha256)
{
	size_t i;

	for (i = 0; i < shipped.n; i++)
		if (strcmp(shipped.items[i].sha256, sha256) == 0)
			return &shipped.items[i];
	fail_msg("no row has %s", sha256);
	return NULL;
}

static void
the_table_that_ships_is_read_whole(void **state)
{
	const char *top = getenv("top_srcdir");
	char *path = xasprintf("%s/targets/certs/interception.tsv", top != NULL ? top : ".");
	FILE *in = fopen(path, "re");
	size_t rows = 0, i;
	char line[4096];

	(void)state;
	assert_non_null(in);
	while (fgets(line, sizeof(line), in) != NULL)
		rows += line[0] != '#' && strncmp(line, "name\t", 5) != 0;
	fclose(in);
	free(path);
	assert_int_equal(shipped.n, rows);
	assert_true(rows > 20);
	/* The two of 2023/24 whose certificates are published as hashes only. */
	assert_true(
	    row_of("c530fadc9bfa265e63b755cc6ee04c2d70d60bb916ce2f331dc7359362571b25")->observed);
	assert_true(
	    row_of("89107c8e50e029b7b5f4ff0ccd2956bcc9d0c8ba2bfb6a58374ed63a6b034a30")->observed);
	assert_false(
	    row_of("235150de7df7db2e538d461bc4d210c4e0819be2c4c76969476e3cbe67b723dd")->observed);
	for (i = 0; i < shipped.n; i++) {
		if (strstr(shipped.items[i].name, "2015") != NULL)
			assert_false(shipped.items[i].observed);
		assert_true(*shipped.items[i].source != '\0');
	}
}

static void
a_bad_row_is_left_out(void **state)
{
	static const char *const bad[] = {
	    "too\tfew\n",
	    "N\t\t\t\t\t\tyes\t\t\n", /* nothing to match */
	    "\tO=X\t\t\t\t\tyes\t\t\n",
	    "N\tO=X\t\t\t\t\tmaybe\t\t\n",
	    "N\tX\t\t\t\t\tyes\t\t\n",
	    "N\tO=X\t\t\t00\t\tyes\t\t\n",
	    "N\tO=X\t\t\t\t\tyes\t\t\ttoo many\n",
	    /* Too common to accuse by. */
	    "N\tC=KZ,CN=Security Certificate\t\t\t\t\tyes\t\t\n",
	    "N\tCN=Root CA 2\t\t\t\t\tyes\t\t\n",
	    "N\tC=KZ\t\t\t\t\tyes\t\t\n",
	    "N\tO=\xff\t\t\t\t\tyes\t\t\n",
	};
	struct known_cas cas = {0};
	char *text;
	size_t i;

	(void)state;
	log_set_level(LOG_LEVEL_ERROR);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		text = xasprintf(HEAD "%s# comment\nGood\tO=Good\t\t\t\t\tyes\t\t", bad[i]);
		known_cas_parse("table", text, strlen(text), &cas);
		if (cas.n != 1)
			fail_msg("taken: %s", bad[i]);
		assert_string_equal(cas.items[0].name, "Good");
		known_cas_clear(&cas);
		free(text);
	}
	assert_int_equal(known_cas_read("/nowhere/at/all", &cas), -1);
	log_set_level(LOG_LEVEL_INFO);
}

/* ---- Hostile certificates ----------------------------------------------------------------------
 */

static void
keys_of_all_kinds_are_measured(void **state)
{
	EVP_PKEY *ed25519 = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	const struct {
		EVP_PKEY *key;
		int bits;
		bool exponent3;
	} rows[] = {
	    {cert_lab_rsa(2048, 65537), 2048, false},
	    {cert_lab_rsa(1024, 3), 1024, true},
	    {ed25519, 256, false},
	    {EVP_EC_gen("P-384"), 384, false},
	};
	struct seen s;
	X509 *leaf;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		leaf = cert_lab_make(&(struct cert_recipe){.key = rows[i].key});
		SEE(&s, NULL, leaf);
		assert_true(s.facts.self_signed);
		assert_int_equal(s.facts.key_bits, rows[i].bits);
		assert_int_equal(s.facts.exponent3, rows[i].exponent3);
		X509_free(leaf);
		EVP_PKEY_free(rows[i].key);
		seen_free(&s);
	}
}

static void
dates_are_read_or_unknown(void **state)
{
	static const struct {
		const char *from, *to;
		int64_t from_s, to_s;
		bool not_yet, expired;
	} rows[] = {
	    {"20260101000000Z", "20270101000000Z", 1767225600, 1798761600, false, false},
	    {"260101000000Z", "270101000000Z", 1767225600, 1798761600, false, false},
	    {"20200101000000Z", "20210101000000Z", 1577836800, 1609459200, false, true},
	    {"20300101000000Z", "20310101000000Z", 1893456000, 1924992000, true, false},
	    {"00000101000000Z", "99991231235959Z", -62167219200, 253402300799, false, false},
	    {"99991231235959Z", "00000101000000Z", 253402300799, -62167219200, true, true},
	    {"20261399999999Z", "yesterday", 0, 0, false, false},
	    {"", "20260230000000Z", 0, 0, false, false},
	};
	struct seen s;
	X509 *leaf;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		leaf = cert_lab_make(
		    &(struct cert_recipe){.not_before = rows[i].from, .not_after = rows[i].to});
		SEE(&s, NULL, leaf);
		print_message("# %s to %s\n", rows[i].from, rows[i].to);
		assert_true(s.facts.parsed);
		assert_int_equal(s.facts.not_before_us, rows[i].from_s * 1000000);
		assert_int_equal(s.facts.not_after_us, rows[i].to_s * 1000000);
		assert_int_equal(s.facts.not_yet, rows[i].not_yet);
		assert_int_equal(s.facts.expired, rows[i].expired);
		X509_free(leaf);
		seen_free(&s);
	}
}

static void
an_expired_authority_shows_and_an_expired_leaf_hides_nothing(void **state)
{
	X509 *old = cert_lab_make(&(struct cert_recipe){.subject = "CN=Old",
	    .issuer_name = "C=KZ,O=ISCA,CN=Information Security Certification Authority",
	    .key = middle_key,
	    .not_before = "20240101000000Z",
	    .not_after = "20240401000000Z"});
	X509 *leaf = cert_lab_make(&(struct cert_recipe){.issuer = old,
	    .signer = middle_key,
	    .not_before = "20240101000000Z",
	    .not_after = "20240102000000Z"});
	struct seen s;

	(void)state;
	SEE(&s, &shipped, leaf, old);
	assert_true(s.facts.expired && s.facts.ca_expired);
	assert_non_null(s.facts.known);
	X509_free(leaf);
	X509_free(old);
	seen_free(&s);
}

static void
names_keep_their_nuls(void **state)
{
	static const char name[] = "site.test\0.evil.test";
	X509 *leaf = cert_lab_make(&(struct cert_recipe){.subject_bytes = name,
	    .subject_len = sizeof(name) - 1,
	    .san = name,
	    .san_len = sizeof(name) - 1});
	struct seen s;

	(void)state;
	SEE(&s, NULL, leaf);
	assert_int_equal(s.facts.nnames, 1);
	assert_string_equal(s.facts.names[0], "site.test\\00.evil.test");
	assert_false(chain_is_for(&s.der[0], "site.test"));
	assert_non_null(strstr(s.facts.subject, "site.test\\00.evil.test"));
	X509_free(leaf);
	seen_free(&s);
}

static void
oversized_parts_are_cut(void **state)
{
	char *wide = xmalloc(100000);
	struct seen s;
	X509 *leaf;

	(void)state;
	memset(wide, 'a', 100000);
	leaf = cert_lab_make(&(struct cert_recipe){.subject_bytes = wide,
	    .subject_len = 100000,
	    .san = wide,
	    .san_len = 300,
	    .san_count = 1000,
	    .serial = 100000});
	SEE(&s, &shipped, leaf);
	assert_true(s.facts.parsed);
	assert_int_equal(s.facts.nnames, CHAIN_NAMES_MOST);
	assert_int_equal(strlen(s.facts.names[0]), 255);
	assert_true(strlen(s.facts.subject) <= 1024);
	X509_free(leaf);
	seen_free(&s);
	free(wide);
}

static void
broken_and_missing_extensions_are_no_names(void **state)
{
	X509 *broken =
	    cert_lab_make(&(struct cert_recipe){.broken_san = "this is no GeneralNames"});
	X509 *bare = cert_lab_make(&(struct cert_recipe){0});
	struct seen s;

	(void)state;
	SEE(&s, NULL, broken);
	assert_true(s.facts.parsed);
	assert_int_equal(s.facts.nnames, 0);
	assert_false(chain_is_for(&s.der[0], "site.test"));
	seen_free(&s);

	/* A common name is no host name. */
	SEE(&s, NULL, bare);
	assert_string_equal(s.facts.subject, "CN=site.test");
	assert_int_equal(s.facts.nnames, 0);
	assert_false(chain_is_for(&s.der[0], "site.test"));
	X509_free(broken);
	X509_free(bare);
	seen_free(&s);
}

static void
a_leaf_is_for_its_names_only(void **state)
{
	X509 *wild = cert_lab_make(&(struct cert_recipe){.san = "*.site.test"});
	X509 *partial = cert_lab_make(&(struct cert_recipe){.san = "w*.site.test"});
	struct bytes garbage = {NULL, 0};
	struct bytes *der;
	size_t n;

	(void)state;
	der = cert_lab_der(&n, wild, partial, NULL);
	assert_true(chain_is_for(&der[0], "www.site.test"));
	assert_true(chain_is_for(&der[0], "WWW.Site.Test"));
	assert_false(chain_is_for(&der[0], "a.b.site.test"));
	assert_false(chain_is_for(&der[0], "site.test"));
	assert_false(chain_is_for(&der[0], "192.0.2.1"));
	assert_false(chain_is_for(&der[1], "www.site.test"));
	assert_false(chain_is_for(&garbage, "site.test"));
	cert_lab_free(der, n);
	X509_free(wild);
	X509_free(partial);
}

static void
a_chain_beyond_the_bounds_is_counted(void **state)
{
	X509 *leaf = public_leaf();
	X509 *fat = cert_lab_make(&(struct cert_recipe){.padding = 1000 * 1000});
	struct bytes many[2000];
	struct seen s;
	size_t i;

	(void)state;
	/* 10 MB: the second fat one would pass 1 MiB. */
	SEE(&s, &shipped, leaf, fat, fat, fat, fat, fat, fat, fat, fat, fat, fat);
	assert_true(s.facts.parsed);
	assert_int_equal(s.facts.length, 11);
	assert_int_equal(s.facts.unread, 9);

	for (i = 0; i < 2000; i++)
		many[i] = s.der[0];
	chain_classify(many, 2000, now_us, &shipped, s.arena, &s.facts);
	assert_int_equal(s.facts.length, 2000);
	assert_int_equal(s.facts.unread, 2000 - CHAIN_CERTIFICATES_MOST);

	/* A leaf beyond the bounds is not even parsed. */
	seen_free(&s);
	X509_free(fat);
	fat = cert_lab_make(&(struct cert_recipe){.padding = 2000 * 1000});
	SEE(&s, &shipped, fat, leaf);
	assert_false(s.facts.parsed);
	assert_int_equal(s.facts.unread, 2);
	assert_string_equal(s.facts.leaf_sha256, "");
	X509_free(fat);
	X509_free(leaf);
	seen_free(&s);
}

static void
no_beginning_of_a_certificate_is_one(void **state)
{
	struct bytes none = {NULL, 0}, part;
	struct arena *arena = arena_new();
	struct chain_facts facts;
	X509 *leaf = public_leaf();
	struct bytes *der;
	size_t n;

	(void)state;
	der = cert_lab_der(&n, leaf, NULL);
	for (part.len = 0; part.len < der[0].len; part.len++) {
		/* A copy of just that size, so that a sanitizer sees a read past the end. */
		part.data = xmemdup(der[0].data, part.len);
		chain_classify(&part, 1, now_us, &shipped, arena, &facts);
		assert_false(facts.parsed);
		assert_int_equal(facts.unparsed, 1);
		assert_null(facts.subject);
		assert_int_equal(facts.forged_marks, 0);
		free(part.data);
	}
	chain_classify(&none, 1, now_us, &shipped, arena, &facts);
	assert_false(facts.parsed);
	chain_classify(NULL, 0, now_us, &shipped, arena, &facts);
	assert_false(facts.parsed);
	assert_int_equal(facts.length, 0);
	assert_int_equal(ERR_peek_error(), 0);
	X509_free(leaf);
	cert_lab_free(der, n);
	arena_free(arena);
}

/* What follows a certificate changes neither what it is nor its fingerprint. */
static void
bytes_behind_a_certificate_do_not_hide_it(void **state)
{
	X509 *leaf = public_leaf();
	struct buf longer = BUF_EMPTY;
	struct chain_facts again;
	struct bytes bytes;
	struct seen s;

	(void)state;
	SEE(&s, NULL, leaf);
	buf_add(&longer, s.der[0].data, s.der[0].len);
	buf_puts(&longer, "and more");
	bytes = (struct bytes){(uint8_t *)longer.data, longer.len};
	chain_classify(&bytes, 1, now_us, NULL, s.arena, &again);
	assert_true(again.parsed);
	assert_string_equal(again.leaf_sha256, s.facts.leaf_sha256);
	X509_free(leaf);
	buf_free(&longer);
	seen_free(&s);
}

static int
setup(void **state)
{
	const char *top = getenv("top_srcdir");
	char *path = xasprintf("%s/targets/certs/interception.tsv", top != NULL ? top : ".");

	(void)state;
	if (known_cas_read(path, &shipped) != 0)
		return -1;
	free(path);
	root_key = EVP_EC_gen("P-256");
	middle_key = EVP_EC_gen("P-256");
	other_key = EVP_EC_gen("P-256");
	root = cert_lab_make(&(struct cert_recipe){.subject = "C=KZ,CN=Root", .key = root_key});
	middle = cert_lab_make(&(struct cert_recipe){
	    .subject = "C=KZ,CN=Middle", .key = middle_key, .issuer = root, .signer = root_key});
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	known_cas_clear(&shipped);
	X509_free(root);
	X509_free(middle);
	EVP_PKEY_free(root_key);
	EVP_PKEY_free(middle_key);
	EVP_PKEY_free(other_key);
	EVP_PKEY_free(cert_lab_key());
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_honest_chain_leads_up_to_its_root),
	    cmocka_unit_test(the_order_of_the_rest_does_not_matter),
	    cmocka_unit_test(genuine_certificates_beside_a_forged_leaf_do_not_count),
	    cmocka_unit_test(a_leaf_that_signed_itself_is_told_however_often_it_is_sent),
	    cmocka_unit_test(an_interceptor_is_known_by_its_names),
	    cmocka_unit_test(a_name_is_known_in_any_order_and_only_as_a_whole),
	    cmocka_unit_test(a_name_with_a_nul_in_it_is_another_name),
	    cmocka_unit_test(an_authority_never_seen_at_it_accuses_nobody),
	    cmocka_unit_test(a_fingerprint_proves_only_with_a_signature),
	    cmocka_unit_test(the_table_that_ships_is_read_whole),
	    cmocka_unit_test(a_bad_row_is_left_out),
	    cmocka_unit_test(keys_of_all_kinds_are_measured),
	    cmocka_unit_test(dates_are_read_or_unknown),
	    cmocka_unit_test(an_expired_authority_shows_and_an_expired_leaf_hides_nothing),
	    cmocka_unit_test(names_keep_their_nuls),
	    cmocka_unit_test(oversized_parts_are_cut),
	    cmocka_unit_test(broken_and_missing_extensions_are_no_names),
	    cmocka_unit_test(a_leaf_is_for_its_names_only),
	    cmocka_unit_test(a_chain_beyond_the_bounds_is_counted),
	    cmocka_unit_test(no_beginning_of_a_certificate_is_one),
	    cmocka_unit_test(bytes_behind_a_certificate_do_not_hide_it),
	};

	return cmocka_run_group_tests_name("chain", tests, setup, teardown);
}
