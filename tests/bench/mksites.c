/*
 * The benchmark's sites: mksites DIR N [rsa]
 *
 * Makes in DIR: root.pem; N chains site-I.pem (leaf, intermediate; ECDSA P-256, or RSA and as long as real ones) with site-I.key; nginx.conf, which serves
 * them by SNI on port 8443 of every loopback address; knot.conf and the zone bench.test, where site-I.bench.test
 * has the address 127.(1+I/62500).(I/250%250).(1+I%250); sites.txt, a list for netvane; sites.raw, "address name" lines
 * for raw_tls; urls.curl, a configuration for curl.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

enum { PORT = 8443, DAY = 24 * 60 * 60 };

static FILE *
create(const char *name)
{
	FILE *f = fopen(name, "w");

	if (f == NULL) {
		perror(name);
		exit(1);
	}
	return f;
}

static void
extend(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *ext;

	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	if (ext == NULL || X509_add_ext(cert, ext, -1) != 1)
		abort();
	X509_EXTENSION_free(ext);
}

static bool real;

static EVP_PKEY *
new_key(void)
{
	return real ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256");
}

/* As long as two timestamps of certificate transparency, and as random. */
static void
add_timestamps(X509 *cert)
{
	unsigned char bytes[240];
	ASN1_OCTET_STRING *string = ASN1_OCTET_STRING_new();
	X509_EXTENSION *ext;

	if (RAND_bytes(bytes, sizeof(bytes)) != 1)
		abort();
	ASN1_OCTET_STRING_set(string, bytes, sizeof(bytes));
	ext = X509_EXTENSION_create_by_NID(NULL, NID_ct_precert_scts, 0, string);
	if (ext == NULL || X509_add_ext(cert, ext, -1) != 1)
		abort();
	X509_EXTENSION_free(ext);
	ASN1_OCTET_STRING_free(string);
}

/* issuer NULL: signs itself. */
static X509 *
certificate(const char *name, long serial, EVP_PKEY *key, X509 *issuer, EVP_PKEY *issuer_key, int ca)
{
	X509 *cert = X509_new();
	X509_NAME *subject = X509_get_subject_name(cert);
	char san[128];

	X509_set_version(cert, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), serial);
	X509_gmtime_adj(X509_getm_notBefore(cert), -DAY);
	X509_gmtime_adj(X509_getm_notAfter(cert), 30L * DAY);
	X509_NAME_add_entry_by_txt(
	    subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0);
	X509_set_issuer_name(cert, issuer != NULL ? X509_get_subject_name(issuer) : subject);
	X509_set_pubkey(cert, key);
	if (issuer == NULL)
		issuer = cert;
	extend(cert, issuer, NID_basic_constraints, ca ? "critical,CA:TRUE" : "critical,CA:FALSE");
	extend(cert, issuer, NID_subject_key_identifier, "hash");
	extend(cert, issuer, NID_authority_key_identifier, "keyid");
	if (ca)
		extend(cert, issuer, NID_key_usage, "critical,keyCertSign,cRLSign");
	else {
		extend(cert, issuer, NID_key_usage, "critical,digitalSignature");
		extend(cert, issuer, NID_ext_key_usage, "serverAuth");
		snprintf(san, sizeof(san), "DNS:%s", name);
		extend(cert, issuer, NID_subject_alt_name, san);
		if (real)
			add_timestamps(cert);
	}
	if (X509_sign(cert, issuer_key, EVP_sha256()) == 0)
		abort();
	return cert;
}

static void
write_pem(const char *name, X509 *first, X509 *second)
{
	FILE *f = create(name);

	PEM_write_X509(f, first);
	if (second != NULL)
		PEM_write_X509(f, second);
	fclose(f);
}

static void
write_key(const char *name, EVP_PKEY *key)
{
	FILE *f = create(name);

	PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL);
	fclose(f);
}

int
main(int argc, char **argv)
{
	int n = argc >= 3 ? atoi(argv[2]) : 0, i;
	EVP_PKEY *root_key, *middle_key, *key;
	X509 *root, *middle, *leaf;
	FILE *nginx, *zone, *knot, *sites, *raw, *curl;
	char name[64], address[32], file[64], here[4096];

	if (n < 1 || chdir(argv[1]) != 0 || getcwd(here, sizeof(here)) == NULL) {
		fprintf(stderr, "usage: mksites DIR N [rsa]\n");
		return 64;
	}
	real = argc > 3;
	root_key = new_key();
	middle_key = new_key();
	root = certificate("netvane bench root", 1, root_key, NULL, root_key, 1);
	middle = certificate("netvane bench intermediate", 2, middle_key, root, root_key, 1);
	write_pem("root.pem", root, NULL);
	nginx = create("nginx.conf");
	zone = create("bench.test.zone");
	knot = create("knot.conf");
	sites = create("sites.txt");
	raw = create("sites.raw");
	curl = create("urls.curl");
	fprintf(nginx,
	    "daemon off; worker_processes 1; pid nginx.pid; error_log nginx.log crit;\n"
	    "events { worker_connections 8192; }\n"
	    "http { access_log off; server_names_hash_max_size 65536; keepalive_timeout 2;\n"
	    "ssl_protocols TLSv1.3; ssl_session_tickets off;\n"
	    /* nginx takes its temporary directory over: not the one that knot works in. */
	    "client_body_temp_path temp; proxy_temp_path temp; fastcgi_temp_path temp;\n"
	    "uwsgi_temp_path temp; scgi_temp_path temp;\n");
	fprintf(knot,
	    "server:\n  listen: 127.0.0.1@53\n  rundir: %s\n  udp-workers: 1\n  tcp-workers: 1\n"
	    "  background-workers: 1\n"
	    "database:\n  storage: %s\nlog:\n  - target: stderr\n    any: warning\n"
	    "zone:\n  - domain: bench.test\n    file: %s/bench.test.zone\n",
	    here, here, here);
	fprintf(zone, "$ORIGIN bench.test.\n$TTL 60\n@ SOA ns hostmaster 1 60 60 60 60\n@ NS ns\n"
		      "ns A 127.0.0.1\n");
	for (i = 0; i < n; i++) {
		key = new_key();
		snprintf(name, sizeof(name), "site-%d.bench.test", i);
		snprintf(address, sizeof(address), "127.%d.%d.%d", 1 + i / 62500, i / 250 % 250,
		    1 + i % 250);
		leaf = certificate(name, 1000 + i, key, middle, middle_key, 0);
		snprintf(file, sizeof(file), "site-%d.pem", i);
		write_pem(file, leaf, middle);
		snprintf(file, sizeof(file), "site-%d.key", i);
		write_key(file, key);
		fprintf(nginx,
		    "server { listen %d ssl%s; server_name %s; ssl_certificate site-%d.pem;\n"
		    " ssl_certificate_key site-%d.key; location / { return 200 \"ok\\n\"; } }\n",
		    PORT, i == 0 ? " backlog=4096" : "", name, i, i);
		fprintf(zone, "site-%d A %s\n", i, address);
		fprintf(sites, "https://%s:%d/\n", name, PORT);
		fprintf(raw, "%s %s\n", address, name);
		fprintf(curl, "url = \"https://%s:%d/\"\noutput = \"/dev/null\"\n", name, PORT);
		X509_free(leaf);
		EVP_PKEY_free(key);
	}
	fprintf(nginx, "}\n");
	fclose(nginx);
	fclose(zone);
	fclose(knot);
	fclose(sites);
	fclose(raw);
	fclose(curl);
	return 0;
}
