/*
 * Certificate chains. OpenSSL parses; every byte comes from a stranger, so what it is given is
 * bounded, what it says is taken for what it is, and the errors it leaves behind are taken away
 * again.
 */
#include "results/chain.h"

#include <arpa/inet.h>
#include <string.h>
#include <time.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/reader.h"
#include "results/dname.h"
#include "results/measurement.h"

/*
 * Verifying a signature takes up to some milliseconds, and a chain can be made in which every
 * certificate seems to be every other's issuer: no more than these are tried.
 */
enum { VERIFY_MOST = 24, VERIFY_BITS_MOST = 8192, DIGEST_HEX = 2 * SHA256_DIGEST_LENGTH + 1 };

/* The certificates looked at. */
struct chain {
	X509 *certs[CHAIN_CERTIFICATES_MOST];      /* leaf first */
	struct bytes der[CHAIN_CERTIFICATES_MOST]; /* borrowed */
	size_t n;
	size_t path[CHAIN_CERTIFICATES_MOST]; /* indexes in certs: the leaf, who signed it, ... */
	size_t npath;
	int verifications; /* tried */
};

static void
hex_of(const void *data, size_t len, char *hex)
{
	struct buf text = BUF_EMPTY;

	buf_hex(&text, data, len);
	memcpy(hex, buf_str(&text), 2 * len + 1);
	buf_free(&text);
}

static void
sha256_hex(const void *data, size_t len, char hex[DIGEST_HEX])
{
	uint8_t digest[SHA256_DIGEST_LENGTH];

	SHA256(data, len, digest);
	hex_of(digest, sizeof(digest), hex);
}

static void
name_sha256(const X509_NAME *name, char hex[DIGEST_HEX])
{
	const unsigned char *der;
	size_t len;

	if (X509_NAME_get0_der(name, &der, &len) == 1)
		sha256_hex(der, len, hex);
}

static void
key_sha256(const X509 *cert, char hex[DIGEST_HEX])
{
	unsigned char *der = NULL;
	int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &der);

	if (len > 0)
		sha256_hex(der, (size_t)len, hex);
	OPENSSL_free(der);
}

/* ---- Reading --------------------------------------------------------------------------------- */

/* The bytes of it that are a certificate: some senders let others follow. */
static X509 *
read_one(const struct bytes *der, struct bytes *used)
{
	const unsigned char *p = der->data;
	X509 *cert = der->len > 0 ? d2i_X509(NULL, &p, (long)der->len) : NULL;

	if (cert != NULL)
		*used = (struct bytes){der->data, (size_t)(p - der->data)};
	return cert;
}

static void
read_all(const struct bytes *der, size_t n, struct chain *chain, struct chain_facts *out)
{
	size_t bytes = 0, i;
	X509 *cert;

	for (i = 0; i < n && i < CHAIN_CERTIFICATES_MOST; i++) {
		if (der[i].len > CHAIN_BYTES_MOST - bytes)
			break;
		bytes += der[i].len;
		cert = read_one(&der[i], &chain->der[chain->n]);
		if (cert == NULL)
			out->unparsed++;
		else
			chain->certs[chain->n++] = cert;
		if (i == 0)
			out->parsed = cert != NULL;
	}
	out->unread = n - i;
}

/* ---- Who signed whom --------------------------------------------------------------------------
 */

/* A key that a signature can be verified with in a moment, and that a web server's chain may hold.
 */
static bool
is_usual_key(const EVP_PKEY *key)
{
	static const int types[] = {
	    EVP_PKEY_RSA, EVP_PKEY_RSA_PSS, EVP_PKEY_EC, EVP_PKEY_ED25519, EVP_PKEY_ED448};
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (EVP_PKEY_get_base_id(key) == types[i])
			return EVP_PKEY_get_bits(key) <= VERIFY_BITS_MOST;
	return false;
}

static bool
signed_by(struct chain *chain, X509 *cert, X509 *issuer)
{
	EVP_PKEY *key;

	if (X509_NAME_cmp(X509_get_issuer_name(cert), X509_get_subject_name(issuer)) != 0)
		return false;
	key = X509_get0_pubkey(issuer);
	if (key == NULL || !is_usual_key(key) || chain->verifications >= VERIFY_MOST)
		return false;
	chain->verifications++;
	return X509_verify(cert, key) == 1;
}

static bool
on_path(const struct chain *chain, size_t index)
{
	size_t i;

	for (i = 0; i < chain->npath; i++)
		if (chain->path[i] == index)
			return true;
	return false;
}

/* The certificate that signed this one, not on the path yet; chain->n none. */
static size_t
find_signer(struct chain *chain, X509 *cert)
{
	size_t i;

	for (i = 0; i < chain->n; i++)
		if (!on_path(chain, i) && signed_by(chain, cert, chain->certs[i]))
			break;
	return i;
}

/* Chains are to be sent in order; some servers do not, so the next one up may stand anywhere. */
static void
find_path(struct chain *chain, struct chain_facts *out)
{
	size_t next = 0;
	X509 *last;

	do {
		last = chain->certs[next];
		chain->path[chain->npath++] = next;
		out->self_issued_root = signed_by(chain, last, last);
		next = out->self_issued_root ? chain->n : find_signer(chain, last);
	} while (next < chain->n);
	out->path_length = chain->npath;
	out->self_signed = out->self_issued_root && chain->npath == 1;
}

/* ---- Times ------------------------------------------------------------------------------------
 */

/* Microseconds since 1970; 0 for what is no date. */
static int64_t
time_us(const ASN1_TIME *t)
{
	struct tm tm;

	/* ASN1_TIME_to_tm takes NULL for "now". */
	if (t == NULL || ASN1_TIME_to_tm(t, &tm) != 1)
		return 0;
	return (int64_t)timegm(&tm) * 1000000;
}

static bool
is_expired(const X509 *cert, int64_t now_us)
{
	int64_t end = time_us(X509_get0_notAfter(cert));

	return now_us != 0 && end != 0 && end < now_us;
}

static void
read_times(const struct chain *chain, int64_t now_us, struct chain_facts *out)
{
	const X509 *leaf = chain->certs[0];
	size_t i;

	out->not_before_us = time_us(X509_get0_notBefore(leaf));
	out->not_after_us = time_us(X509_get0_notAfter(leaf));
	out->expired = is_expired(leaf, now_us);
	out->not_yet = now_us != 0 && out->not_before_us > now_us;
	for (i = 1; i < chain->npath; i++)
		if (is_expired(chain->certs[chain->path[i]], now_us))
			out->ca_expired = true;
}

/* ---- The leaf ---------------------------------------------------------------------------------
 */

static size_t
read_length(struct reader *r)
{
	size_t len = reader_u8(r), more;

	if (len < 0x80)
		return len;
	more = len & 0x7f;
	if (more == 0 || more > 4)
		reader_seek(r, SIZE_MAX); /* no DER, or larger than anything here */
	for (len = 0; more > 0; more--)
		len = len << 8 | reader_u8(r);
	return len;
}

/* RSAPublicKey (RFC 8017 A.1.1): whether the exponent, the second integer, is 3. */
static bool
has_exponent3(const uint8_t *der, size_t len)
{
	const uint8_t *exponent;
	struct reader r;
	size_t n;

	reader_init(&r, der, len);
	if (reader_u8(&r) != 0x30)
		return false;
	read_length(&r);
	if (reader_u8(&r) != 0x02)
		return false;
	reader_bytes(&r, read_length(&r));
	if (reader_u8(&r) != 0x02)
		return false;
	n = read_length(&r);
	exponent = reader_bytes(&r, n);
	return exponent != NULL && n == 1 && exponent[0] == 3;
}

static void
read_key(const X509 *leaf, struct chain_facts *out)
{
	const EVP_PKEY *key = X509_get0_pubkey(leaf);
	const unsigned char *bits;
	ASN1_OBJECT *algorithm;
	int len;

	if (key != NULL)
		out->key_bits = EVP_PKEY_get_bits(key);
	if (X509_PUBKEY_get0_param(&algorithm, &bits, &len, NULL, X509_get_X509_PUBKEY(leaf)) ==
	        1 &&
	    OBJ_obj2nid(algorithm) == NID_rsaEncryption)
		out->exponent3 = has_exponent3(bits, (size_t)len);
}

static char *
name_text(const ASN1_STRING *name, struct arena *arena)
{
	const unsigned char *bytes = ASN1_STRING_get0_data(name);
	size_t len = (size_t)ASN1_STRING_length(name), i;
	struct buf out = BUF_EMPTY;
	char *text;

	/* A DNS name has no more than 253 characters. */
	for (i = 0; i < len && i < 255; i++) {
		if (bytes[i] > 0x20 && bytes[i] < 0x7f && bytes[i] != '\\')
			buf_putc(&out, (char)bytes[i]);
		else
			buf_printf(&out, "\\%02x", bytes[i]);
	}
	text = arena_strdup(arena, buf_str(&out));
	buf_free(&out);
	return text;
}

static void
read_names(const X509 *leaf, struct arena *arena, struct chain_facts *out)
{
	GENERAL_NAMES *list = X509_get_ext_d2i(leaf, NID_subject_alt_name, NULL, NULL);
	int i, type;

	for (i = 0; i < sk_GENERAL_NAME_num(list) && out->nnames < CHAIN_NAMES_MOST; i++) {
		const ASN1_STRING *name =
		    GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(list, i), &type);

		if (type == GEN_DNS)
			*ARENA_PUSH(arena, out->names, out->nnames) = name_text(name, arena);
	}
	GENERAL_NAMES_free(list);
}

static bool
has_extension(const X509 *leaf, int nid)
{
	return X509_get_ext_by_NID(leaf, nid, -1) >= 0;
}

static void
read_leaf(const struct chain *chain, struct arena *arena, struct chain_facts *out)
{
	const X509 *leaf = chain->certs[0], *top = chain->certs[chain->path[chain->npath - 1]];

	out->subject = dname_text(X509_get_subject_name(leaf), arena);
	out->issuer = dname_text(X509_get_issuer_name(leaf), arena);
	out->top_issuer = dname_text(X509_get_issuer_name(top), arena);
	sha256_hex(chain->der[0].data, chain->der[0].len, out->leaf_sha256);
	key_sha256(leaf, out->leaf_key_sha256);
	name_sha256(X509_get_issuer_name(leaf), out->issuer_name_sha256);
	name_sha256(X509_get_issuer_name(top), out->top_name_sha256);
	out->sct = has_extension(leaf, NID_ct_precert_scts);
	out->aia = has_extension(leaf, NID_info_access);
	out->policies = has_extension(leaf, NID_certificate_policies);
	read_key(leaf, out);
	read_names(leaf, arena, out);
}

/* ---- Known CAs --------------------------------------------------------------------------------
 */

/* How much a match says: the higher beats the lower. */
enum match { MATCH_NONE, MATCH_NAME, MATCH_KEY, MATCH_SIGNED };

static enum match
match_row(const struct known_ca *ca, const struct known_ca_key *key, bool path)
{
	if (known_ca_is_key(ca, key))
		return path ? MATCH_SIGNED : MATCH_KEY;
	return known_ca_is_name(ca, key) ? MATCH_NAME : MATCH_NONE;
}

static void
match_certificate(const struct known_cas *cas, const struct known_ca_key *key, bool path,
    enum match *best, struct chain_facts *out)
{
	const struct known_ca *ca;
	enum match match;
	size_t i;

	for (i = 0; i < cas->n; i++) {
		ca = &cas->items[i];
		match = match_row(ca, key, path);
		if (match == MATCH_NONE)
			continue;
		if (!ca->observed) {
			out->unobserved = out->unobserved != NULL ? out->unobserved : ca;
		} else if (match > *best) {
			*best = match;
			out->known = ca;
		}
	}
}

static void
find_known(const struct chain *chain, const struct known_cas *cas, struct chain_facts *out)
{
	char sha1[2 * SHA_DIGEST_LENGTH + 1], sha256[DIGEST_HEX], spki[DIGEST_HEX];
	const struct known_ca_key key = {.sha1 = sha1, .sha256 = sha256, .spki_sha256 = spki};
	struct arena *scratch = arena_new();
	uint8_t digest[SHA_DIGEST_LENGTH];
	enum match best = MATCH_NONE;
	size_t i;

	for (i = 0; i < chain->n; i++) {
		struct known_ca_key this = key;

		this.subject = dname_normal(X509_get_subject_name(chain->certs[i]), scratch);
		this.issuer = dname_normal(X509_get_issuer_name(chain->certs[i]), scratch);
		SHA1(chain->der[i].data, chain->der[i].len, digest);
		hex_of(digest, sizeof(digest), sha1);
		sha256_hex(chain->der[i].data, chain->der[i].len, sha256);
		spki[0] = '\0';
		key_sha256(chain->certs[i], spki);
		match_certificate(cas, &this, i > 0 && on_path(chain, i), &best, out);
	}
	out->known_by_key = best >= MATCH_KEY;
	out->known_signed = best == MATCH_SIGNED;
	arena_free(scratch);
}

void
chain_classify(const struct bytes *der, size_t n, int64_t now_us, const struct known_cas *known,
    struct arena *arena, struct chain_facts *out)
{
	struct chain chain = {.n = 0};
	size_t i;

	*out = (struct chain_facts){.length = n};
	ERR_set_mark();
	read_all(der, n, &chain, out);
	if (out->parsed) {
		find_path(&chain, out);
		read_times(&chain, now_us, out);
		read_leaf(&chain, arena, out);
	}
	if (known != NULL)
		find_known(&chain, known, out);
	if (out->parsed)
		out->forged_marks =
		    !out->sct + !out->aia + !out->policies + out->exponent3 + (out->known != NULL);
	for (i = 0; i < chain.n; i++)
		X509_free(chain.certs[i]);
	ERR_pop_to_mark();
}

bool
chain_is_for(const struct bytes *leaf, const char *host)
{
	struct bytes used;
	uint8_t address[16];
	X509 *cert;
	bool is;

	if (leaf->len > CHAIN_BYTES_MOST)
		return false;
	ERR_set_mark();
	cert = read_one(leaf, &used);
	if (cert == NULL)
		is = false;
	else if (inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1)
		is = X509_check_ip_asc(cert, host, 0) == 1;
	else
		is = X509_check_host(cert, host, 0,
		         X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS,
		         NULL) == 1;
	X509_free(cert);
	ERR_pop_to_mark();
	return is;
}

bool
chain_leaf_hashes(const struct bytes *leaf, char key[65], char issuer[65])
{
	const unsigned char *p = leaf->data;
	X509 *cert;

	key[0] = issuer[0] = '\0';
	if (leaf->len == 0 || leaf->len > CHAIN_BYTES_MOST)
		return false;
	cert = d2i_X509(NULL, &p, (long)leaf->len);
	if (cert != NULL) {
		key_sha256(cert, key);
		name_sha256(X509_get_issuer_name(cert), issuer);
		X509_free(cert);
	}
	ERR_clear_error();
	return key[0] != '\0' && issuer[0] != '\0';
}
