/* The lab's certificate authorities. */
#include "tests/lab/world_ca.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <openssl/pem.h>

#include "base/log.h"
#include "base/mem.h"
#include "tests/lab/world_x509.h"

/* An issuer stands before those that it signs. Forgers sign with RSA, as those seen did. */
static const struct ca_row {
	const char *name, *subject, *issuer;
	const char *root_file; /* that the certificate goes into; NULL none */
	bool rsa;
	int from_days, to_days;
} rows[] = {
    {"root1", "C=US/O=Lab Research Group/CN=Lab Root X1", NULL, "roots.pem", false, -2000, 5000},
    {"root2", "C=BE/O=Public Trust Lab nv-sa/CN=Public Lab Root R2", NULL, "roots.pem", false,
        -3000, 4000},
    {"public1", "C=US/O=Lab Research Group/CN=Lab Intermediate E5", "root1", NULL, false, -300,
        900},
    {"public2", "C=BE/O=Public Trust Lab nv-sa/CN=Public Lab Secure CA A", "root2", NULL, false,
        -400, 800},
    {"public3", "C=BE/O=Public Trust Lab nv-sa/CN=Public Lab Secure CA B", "root2", NULL, false,
        -200, 1000},
    {"publicold", "C=US/O=Lab Research Group/CN=Lab Intermediate E1", "root1", NULL, false, -900,
        -5},
    {"untrusted", "O=Nobody/CN=A Root That Nobody Trusts", NULL, "untrusted.pem", false, -100, 900},
    {"forger-qaznet-root", "C=KZ/CN=Qaznet Trust Network", NULL, "forger-qaznet.pem", true, -1000,
        9000},
    {"forger-qaznet", "C=KZ/CN=Security Certificate", "forger-qaznet-root", NULL, true, -300, 800},
    {"forger-expired-root", "C=KZ/O=ISCA/CN=Information Security Certification Authority", NULL,
        "forger-expired.pem", true, -1500, 6000},
    {"forger-expired", "C=KZ/O=ISCA/CN=Information Security Certification Authority 75",
        "forger-expired-root", NULL, true, -110, -35},
    {"forger-unknown-root", "O=Traffic Gateway/CN=Gateway Root 4f1c", NULL, "forger-unknown.pem",
        true, -500, 3000},
    {"forger-unknown", "O=Traffic Gateway/CN=Gateway Issuing 4f1c", "forger-unknown-root", NULL,
        true, -50, 700},
    {"forger-lookalike-root", "C=US/O=Lab Research Group/OU=www.lab-research.lab/CN=Lab Root G2", NULL,
        "forger-lookalike.pem", true, -4000, 5000},
    {"forger-lookalike-2", "C=US/O=Lab Research Group/CN=Lab TLS RSA SHA256 2020 CA1",
        "forger-lookalike-root", NULL, true, -900, 1900},
    {"forger-lookalike", "C=US/O=Lab Research Group/CN=Lab RSA Domain Validation CA 7",
        "forger-lookalike-2", NULL, true, -300, 900},
    {"forger-antivirus", "O=Shield Software/CN=Shield Web Scanner Root", NULL,
        "forger-antivirus.pem", true, -200, 3000},
    {"forger-portal", "O=Hotel Lab/CN=Hotel Lab Network", NULL, "forger-portal.pem", true, -700,
        3000},
};
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static const struct {
	const char *file;
	unsigned exponent;
} forgers_keys[] = {{"key-rsa.pem", 65537}, {"key-rsa3.pem", 3}};

struct ca_set {
	struct ca items[ROWS];
	EVP_PKEY *forgers_keys[2];
};

const struct ca *
ca_find(const struct ca_set *set, const char *name)
{
	size_t i;

	for (i = 0; i < ROWS; i++)
		if (set->items[i].name != NULL && strcmp(set->items[i].name, name) == 0)
			return &set->items[i];
	return NULL;
}

static void
make_authority(struct ca_set *set, size_t i)
{
	const struct ca_row *row = &rows[i];
	const struct ca *issuer = row->issuer != NULL ? ca_find(set, row->issuer) : NULL;
	struct ca *ca = &set->items[i];

	ca->name = row->name;
	ca->issuer = issuer;
	ca->key = row->rsa ? x509_key_rsa(65537) : x509_key_ec();
	ca->cert = x509_new(row->subject, issuer != NULL ? issuer->cert : NULL, ca->key,
	    (long)row->from_days * X509_DAY, (long)row->to_days * X509_DAY);
	x509_extend(ca->cert, ca->cert, NID_basic_constraints, "critical,CA:TRUE");
	x509_extend(ca->cert, ca->cert, NID_key_usage, "critical,keyCertSign,cRLSign");
	x509_extend(ca->cert, ca->cert, NID_subject_key_identifier, "hash");
	x509_sign(ca->cert, issuer != NULL ? issuer->key : ca->key);
}

/* The roots are written last: a directory half made is not taken for a whole one. */
static bool
is_made(const char *directory)
{
	char *path = xasprintf("%s/roots.pem", directory);
	bool made = access(path, R_OK) == 0;

	free(path);
	return made;
}

static int
write_authority(const char *directory, const struct ca *ca)
{
	char *path = xasprintf("%s/ca-%s.pem", directory, ca->name);
	int rc = x509_write(path, ca->key, ca->cert);

	if (rc != 0)
		log_warn("%s", path);
	free(path);
	return rc;
}

static int
write_roots(const char *directory, const struct ca_set *set, const char *file)
{
	char *path = xasprintf("%s/%s", directory, file), *new = xasprintf("%s.new", path);
	FILE *out = fopen(new, "we");
	size_t i;
	int rc = out != NULL ? 0 : -1;

	for (i = 0; i < ROWS && rc == 0; i++)
		if (rows[i].root_file != NULL && strcmp(rows[i].root_file, file) == 0 &&
		    PEM_write_X509(out, set->items[i].cert) != 1)
			rc = -1;
	if (out != NULL && fclose(out) != 0)
		rc = -1;
	if (rc == 0)
		rc = rename(new, path);
	if (rc != 0)
		log_warn("%s", path);
	free(new);
	free(path);
	return rc;
}

static int
write_forgers_key(const char *directory, size_t i)
{
	char *path = xasprintf("%s/%s", directory, forgers_keys[i].file);
	EVP_PKEY *key = x509_key_rsa(forgers_keys[i].exponent);
	int rc = x509_write(path, key, NULL);

	if (rc != 0)
		log_warn("%s", path);
	EVP_PKEY_free(key);
	free(path);
	return rc;
}

int
ca_make(const char *directory)
{
	struct ca_set *set;
	size_t i;
	int rc = 0;

	if (mkdir(directory, 0700) != 0 && errno != EEXIST) {
		log_warn("%s", directory);
		return -1;
	}
	if (is_made(directory))
		return 0;
	set = xcalloc(1, sizeof(*set));
	for (i = 0; i < ROWS && rc == 0; i++) {
		make_authority(set, i);
		rc = write_authority(directory, &set->items[i]);
	}
	for (i = 0; i < 2 && rc == 0; i++)
		rc = write_forgers_key(directory, i);
	for (i = ROWS; i-- > 0 && rc == 0;)
		if (rows[i].root_file != NULL)
			rc = write_roots(directory, set, rows[i].root_file);
	ca_close(set);
	return rc;
}

struct ca_set *
ca_open(const char *directory)
{
	struct ca_set *set = xcalloc(1, sizeof(*set));
	char *path;
	size_t i;
	bool ok = true;

	for (i = 0; i < ROWS && ok; i++) {
		struct ca *ca = &set->items[i];

		path = xasprintf("%s/ca-%s.pem", directory, rows[i].name);
		ok = x509_read(path, &ca->key, &ca->cert);
		ca->name = rows[i].name;
		ca->issuer = rows[i].issuer != NULL ? ca_find(set, rows[i].issuer) : NULL;
		free(path);
	}
	for (i = 0; i < 2 && ok; i++) {
		path = xasprintf("%s/%s", directory, forgers_keys[i].file);
		ok = x509_read(path, &set->forgers_keys[i], NULL);
		free(path);
	}
	if (ok)
		return set;
	log_errorx("%s: no certificates of the lab; make them with: netvane-lab certs %s",
	    directory, directory);
	ca_close(set);
	return NULL;
}

void
ca_close(struct ca_set *set)
{
	size_t i;

	if (set == NULL)
		return;
	for (i = 0; i < ROWS; i++) {
		EVP_PKEY_free(set->items[i].key);
		X509_free(set->items[i].cert);
	}
	for (i = 0; i < 2; i++)
		EVP_PKEY_free(set->forgers_keys[i]);
	free(set);
}

EVP_PKEY *
ca_forgers_key(const struct ca_set *set, bool exponent3)
{
	return set->forgers_keys[exponent3];
}
