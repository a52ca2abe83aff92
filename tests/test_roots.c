/* What roots_load promises: the set it was told to take, and no silent gaps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/log.h"
#include "probe/roots.h"
#include "tests/tls_lab.h"

/* Runs roots_load_from with stderr in a file, and returns what was logged, to free. */
static char *
load_logged(const char *file, const char *mozilla, const char *bundle, struct roots **roots)
{
	int saved = dup(STDERR_FILENO);
	char *text;

	assert_non_null(freopen(lab_path("stderr"), "w", stderr));
	*roots = roots_load_from(file, mozilla, bundle);
	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	close(saved);
	text = lab_read(lab_path("stderr"), NULL);
	return text;
}

/* A file that must be refused with this complaint. */
static void
assert_refused(const char *path, const char *complaint)
{
	struct roots *roots;
	char *log = load_logged(path, "/nonexistent", "/nonexistent", &roots);

	print_message("# %s", log);
	assert_null(roots);
	assert_non_null(strstr(log, path));
	assert_non_null(strstr(log, complaint));
	free(log);
}

static void
assert_text_refused(const char *text, const char *complaint)
{
	assert_refused(lab_write("broken.pem", text, strlen(text)), complaint);
}

/* root.pem, after and before some text. */
static char *
around_root(const char *before, const char *after)
{
	char *root = lab_read(lab_path("root.pem"), NULL);
	struct buf text = BUF_EMPTY;

	buf_printf(&text, "%s%s%s", before, root, after);
	free(root);
	return buf_steal(&text);
}

static void
a_file_replaces_the_set(void **state)
{
	struct roots *roots = roots_load_from(lab_path("root.pem"), "/nonexistent", "/nonexistent");

	(void)state;
	assert_non_null(roots);
	assert_int_equal(roots->n, 1);
	assert_string_equal(roots->source, "root.pem");
	assert_int_equal(roots->nadded, 0);
	assert_int_equal(sk_X509_OBJECT_num(X509_STORE_get0_objects(roots->store)), 1);
	roots_free(roots);
	roots_free(NULL);
}

static void
comments_doubles_and_windows_lines_are_fine(void **state)
{
	char *root = lab_read(lab_path("root.pem"), NULL);
	struct buf text = BUF_EMPTY;
	struct roots *roots;
	const char *p;

	(void)state;
	buf_puts(&text, "\xef\xbb\xbf# A comment\r\n====\r\n");
	for (p = root; *p != '\0'; p++)
		buf_puts(&text, *p == '\n' ? "\r\n" : (char[2]){*p, '\0'});
	buf_puts(&text, "\n--------\nthe same again:\n");
	buf_puts(&text, root);
	roots = roots_load_from(
	    lab_write("odd.pem", text.data, text.len), "/nonexistent", "/nonexistent");
	assert_non_null(roots);
	assert_int_equal(roots->n, 1);
	roots_free(roots);
	buf_free(&text);
	free(root);
}

static void
what_cannot_be_read_is_refused_by_name(void **state)
{
	(void)state;
	assert_refused(lab_path("no-such-file.pem"), "No such file");
	assert_refused("/", "directory");
	assert_refused("/dev/zero", "too large");
	assert_text_refused("", "no certificate in it");
	assert_text_refused("only words\n", "no certificate in it");
}

static void
every_broken_block_is_refused_with_its_line(void **state)
{
	char *text;

	(void)state;
	assert_text_refused(
	    "x\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "broken.pem:2: ");
	assert_text_refused(
	    "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n", "broken.pem:1: ");
	assert_text_refused("-----BEGIN CERTIFICATE-----\nAAAA\n", "broken.pem:1: ");
	assert_text_refused("-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n",
	    "broken.pem:1: the block is not a CERTIFICATE");
	text = around_root("\n----BEGIN CERTIFICATE-----\n", "");
	assert_text_refused(text, "broken.pem:2: a BEGIN or END line");
	free(text);
	text = around_root("", "-----BEGIN CERTIFICATE-----\nMIIB");
	assert_text_refused(text, ": the block has no END line");
	free(text);
	text = around_root("-----BEGIN CERTIFICATE-----\nMIIB\n", "");
	assert_text_refused(text, "broken.pem:1: the block has no END line");
	free(text);
}

static void
all_broken_blocks_are_named_in_one_go(void **state)
{
	static const char block[] =
	    "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
	char text[sizeof(block) * 2];
	struct roots *roots;
	char *log;

	(void)state;
	snprintf(text, sizeof(text), "%s%s", block, block);
	log = load_logged(
	    lab_write("broken.pem", text, strlen(text)), "/nonexistent", "/nonexistent", &roots);
	assert_null(roots);
	assert_non_null(strstr(log, "broken.pem:1: "));
	assert_non_null(strstr(log, "broken.pem:4: "));
	free(log);
}

/* A directory as ca-certificates lays it out, with these files of ours in it. */
static char *
mozilla_directory(const char *const *files, size_t n)
{
	char *text, name[64], path[512];
	size_t i, len;

	snprintf(path, sizeof(path), "%s", lab_path("mozilla"));
	mkdir(path, 0700);
	for (i = 0; i < n; i++) {
		text = lab_read(lab_path(files[i]), &len);
		snprintf(name, sizeof(name), "mozilla/%zu.crt", i);
		lab_write(name, text, len);
		free(text);
	}
	return strdup(path);
}

static void
remove_mozilla(char *path)
{
	char name[600];
	int i;

	for (i = 0; i < 4; i++) {
		snprintf(name, sizeof(name), "%s/%d.crt", path, i);
		unlink(name);
	}
	assert_int_equal(rmdir(path), 0);
	free(path);
}

static void
roots_that_somebody_added_are_noted_not_trusted(void **state)
{
	static const char *const files[] = {"root.pem"};
	char *mozilla = mozilla_directory(files, 1), *both, *other;
	struct roots *roots;
	size_t i;

	(void)state;
	other = lab_read(lab_path("other-root.pem"), NULL);
	both = around_root("", other);
	lab_write("bundle.pem", both, strlen(both));
	roots = roots_load_from(NULL, mozilla, lab_path("bundle.pem"));
	assert_non_null(roots);
	assert_string_equal(roots->source, mozilla);
	assert_int_equal(roots->n, 1);
	assert_int_equal(roots->nadded, 1);
	assert_int_equal(strlen(roots->added[0]), 64);
	assert_int_equal(strspn(roots->added[0], "0123456789abcdef"), 64);
	roots_free(roots);

	/* A file of the user's changes the set, not what the machine added to Mozilla's. */
	roots = roots_load_from(lab_path("intermediate.pem"), mozilla, lab_path("bundle.pem"));
	assert_non_null(roots);
	assert_int_equal(roots->nadded, 1);
	roots_free(roots);
	roots = roots_load_from(lab_path("other-root.pem"), mozilla, lab_path("bundle.pem"));
	assert_non_null(roots);
	assert_int_equal(roots->nadded, 0);
	for (i = 0; i < roots->nadded; i++)
		print_message("# %s\n", roots->added[i]);
	roots_free(roots);
	remove_mozilla(mozilla);
	free(both);
	free(other);
}

static void
without_mozillas_directory_the_bundle_serves_and_the_log_says_so(void **state)
{
	struct roots *roots;
	char *log = load_logged(NULL, lab_path("no-mozilla"), lab_path("root.pem"), &roots);

	(void)state;
	assert_non_null(roots);
	assert_int_equal(roots->n, 1);
	assert_int_equal(roots->nadded, 0);
	assert_string_equal(roots->source, lab_path("root.pem"));
	assert_non_null(strstr(log, "no-mozilla"));
	free(log);
	roots_free(roots);
}

static void
a_broken_file_in_the_directory_is_refused_by_name(void **state)
{
	static const char *const files[] = {"root.pem", "key.pem"};
	char *mozilla = mozilla_directory(files, 2);
	struct roots *roots;
	char *log = load_logged(NULL, mozilla, "/nonexistent", &roots);

	(void)state;
	assert_null(roots);
	assert_non_null(strstr(log, "/mozilla/1.crt:1: "));
	free(log);
	remove_mozilla(mozilla);
}

static void
a_context_of_somebody_elses_gets_a_store_that_is_not_the_measurements(void **state)
{
	struct roots *roots = roots_load_from(lab_path("root.pem"), "/nonexistent", "/nonexistent");
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	X509_STORE *measured = SSL_CTX_get_cert_store(roots->tls);

	(void)state;
	roots_use(roots, ctx);
	assert_ptr_equal(SSL_CTX_get_cert_store(ctx), roots->store);
	/* What its owner does to the store must not change how the measurement verifies. */
	X509_STORE_set_flags(SSL_CTX_get_cert_store(ctx), X509_V_FLAG_PARTIAL_CHAIN);
	assert_int_equal(X509_VERIFY_PARAM_get_flags(X509_STORE_get0_param(measured)), 0);
	assert_int_equal(sk_X509_OBJECT_num(X509_STORE_get0_objects(measured)), 1);
	SSL_CTX_free(ctx);
	roots_free(roots);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_file_replaces_the_set),
	    cmocka_unit_test(comments_doubles_and_windows_lines_are_fine),
	    cmocka_unit_test(what_cannot_be_read_is_refused_by_name),
	    cmocka_unit_test(every_broken_block_is_refused_with_its_line),
	    cmocka_unit_test(all_broken_blocks_are_named_in_one_go),
	    cmocka_unit_test(roots_that_somebody_added_are_noted_not_trusted),
	    cmocka_unit_test(without_mozillas_directory_the_bundle_serves_and_the_log_says_so),
	    cmocka_unit_test(a_broken_file_in_the_directory_is_refused_by_name),
	    cmocka_unit_test(a_context_of_somebody_elses_gets_a_store_that_is_not_the_measurements),
	};

	return cmocka_run_group_tests_name("roots", tests, lab_setup, lab_teardown);
}
