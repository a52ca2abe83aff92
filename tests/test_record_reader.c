/* What record_reader.h promises, for files as they should be and as they are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "results/record_files.h"
#include "results/record_reader.h"

/* The test's own directory, and what a reader said of its files: "name:line: why" a line. */
static char *top;
static struct buf said;

static int
top_new(void **state)
{
	const char *tmp = getenv("TMPDIR");

	(void)state;
	top = xasprintf("%s/netvane-reader.XXXXXX", tmp != NULL ? tmp : "/tmp");
	return mkdtemp(top) != NULL ? 0 : -1;
}

static int
top_free(void **state)
{
	char *command = xasprintf("rm -r '%s'", top);
	int status = system(command);

	(void)state;
	free(command);
	free(top);
	buf_free(&said);
	return status;
}

/* To free. */
static char *
path_of(const char *name)
{
	return xasprintf("%s/%s", top, name);
}

static void
spill(const char *name, const void *data, size_t len)
{
	char *path = path_of(name);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
	free(path);
}

static void
spill_text(const char *name, const char *text)
{
	spill(name, text, strlen(text));
}

/* Appends text as one gzip member. */
static void
gzip(struct buf *out, const char *text, size_t len)
{
	z_stream z = {0};

	assert_int_equal(
	    deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = (Bytef *)(uintptr_t)text;
	z.avail_in = (uInt)len;
	z.avail_out = (uInt)deflateBound(&z, len);
	z.next_out = (Bytef *)buf_room(out, z.avail_out);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	out->len += z.total_out;
	deflateEnd(&z);
}

/* Appends text as one Zstandard frame. */
static void
zstd(struct buf *out, const char *text, size_t len)
{
	size_t room = ZSTD_compressBound(len), n;

	n = ZSTD_compress(buf_room(out, room), room, text, len, 3);
	assert_false(ZSTD_isError(n));
	out->len += n;
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static void
hear(const char *file, int64_t line, const char *message, void *arg)
{
	assert_ptr_equal(arg, &said);
	buf_printf(&said, "%s:%lld: %s\n", base_name(file), (long long)line, message);
}

/* Reads it all: "name:line:text" a line, with "(torn)" behind a torn one. To free. */
static char *
read_paths(char *const *paths, size_t n)
{
	struct record_reader *reader = record_reader_new(paths, n, hear, &said);
	struct buf out = BUF_EMPTY;
	struct record_line line;
	size_t errors = 0, i;

	buf_clear(&said);
	while (record_reader_next(reader, &line) == 1) {
		assert_int_equal(line.data[line.len], '\0');
		buf_printf(&out, "%s:%lld:", base_name(line.file), (long long)line.line);
		buf_add(&out, line.data, line.len);
		buf_puts(&out, line.torn ? "(torn)\n" : "\n");
	}
	assert_int_equal(record_reader_next(reader, &line), 0);
	for (i = 0; i < said.len; i++)
		errors += said.data[i] == '\n';
	assert_int_equal(record_reader_errors(reader), errors);
	record_reader_free(reader);
	return buf_steal(&out);
}

static char *
read_one(const char *name)
{
	char *path = path_of(name), *text = read_paths(&path, 1);

	free(path);
	return text;
}

/* The file reads as `want`, and what is said of it is `complaint`. */
static void
assert_reads(const char *name, const char *want, const char *complaint)
{
	char *text = read_one(name);

	assert_string_equal(text, want);
	assert_string_equal(buf_str(&said), complaint);
	free(text);
}

static void
lines_come_one_by_one_with_their_numbers(void **state)
{
	(void)state;
	spill_text("a.jsonl", "{\"n\":1}\n{\"n\":2}\n");
	assert_reads("a.jsonl", "a.jsonl:1:{\"n\":1}\na.jsonl:2:{\"n\":2}\n", "");
}

static void
empty_lines_are_passed_over_and_counted_in_the_numbers(void **state)
{
	(void)state;
	spill_text("a", "\n{}\n\r\n  \t\n{}\n\n");
	assert_reads("a", "a:2:{}\na:5:{}\n", "");
}

static void
an_empty_file_has_no_lines(void **state)
{
	(void)state;
	spill_text("a.jsonl", "");
	assert_reads("a.jsonl", "", "");
	spill_text("a.gz", "");
	assert_reads("a.gz", "", "");
}

static void
crlf_and_a_byte_order_mark_are_not_part_of_a_line(void **state)
{
	(void)state;
	spill_text("a", "\xef\xbb\xbf{}\r\n{\"\\r\":1}\r\n\xef\xbb\xbf{}\n");
	assert_reads("a", "a:1:{}\na:2:{\"\\r\":1}\na:3:\xef\xbb\xbf{}\n", "");
}

static void
a_last_line_without_newline_is_handed_out_as_torn(void **state)
{
	(void)state;
	spill_text("a", "{}\n{\"n\":");
	assert_reads("a", "a:1:{}\na:2:{\"n\":(torn)\n", "");
}

static void
nul_bytes_are_handed_on(void **state)
{
	char *path, *text;

	(void)state;
	spill("a", "{\0}\n{}\n", 7);
	path = path_of("a");
	text = read_paths(&path, 1);
	assert_memory_equal(text, "a:1:{\0}\na:2:{}\n", 16);
	free(text);
	free(path);
}

static void
compression_is_told_by_the_bytes_not_the_name(void **state)
{
	struct buf buf = BUF_EMPTY;

	(void)state;
	gzip(&buf, "{\"z\":1}\n", 8);
	spill("a.zst", buf.data, buf.len);
	assert_reads("a.zst", "a.zst:1:{\"z\":1}\n", "");
	buf_clear(&buf);
	zstd(&buf, "{\"z\":2}\n", 8);
	spill("a.jsonl", buf.data, buf.len);
	assert_reads("a.jsonl", "a.jsonl:1:{\"z\":2}\n", "");
	spill_text("a.gz", "{}\n");
	assert_reads("a.gz", "a.gz:1:{}\n", "");
	buf_free(&buf);
}

static void
members_and_frames_follow_one_another(void **state)
{
	static void (*const compress_with[])(struct buf *, const char *, size_t) = {gzip, zstd};
	struct buf buf = BUF_EMPTY;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		buf_clear(&buf);
		compress_with[i](&buf, "{\"n\":1}\n{\"n\"", 12);
		compress_with[i](&buf, "", 0);
		compress_with[i](&buf, ":2}\n", 4);
		spill("a", buf.data, buf.len);
		assert_reads("a", "a:1:{\"n\":1}\na:2:{\"n\":2}\n", "");
	}
	buf_free(&buf);
}

static void
skippable_zstd_frames_are_skipped(void **state)
{
	struct buf buf = BUF_EMPTY;

	(void)state;
	buf_add(&buf, "\x5e\x2a\x4d\x18\x03\0\0\0abc", 11);
	zstd(&buf, "{}\n", 3);
	spill("a", buf.data, buf.len);
	assert_reads("a", "a:1:{}\n", "");
	buf_free(&buf);
}

/* Numbered lines of hard-to-compress text, so that they fill several blocks of the formats. */
static void
many_lines(struct buf *buf, int n)
{
	unsigned seed = 1;
	int i, j;

	for (i = 1; i <= n; i++) {
		buf_printf(buf, "{\"n\":%d,\"x\":\"", i);
		for (j = 0; j < 50; j++) {
			seed = seed * 1103515245 + 12345;
			buf_printf(buf, "%04x", seed >> 16);
		}
		buf_puts(buf, "\"}\n");
	}
}

static int
count_lines(const char *text)
{
	int n = 0;

	for (; (text = strchr(text, '\n')) != NULL; text++)
		n++;
	return n;
}

/* Cuts or spoils a compressed file in its middle; whole lines before that must come through. */
static void
assert_reads_as_far_as_it_goes(const struct buf *buf, const char *complaint)
{
	struct buf want = BUF_EMPTY;
	char *text;
	int n;

	spill("a", buf->data, buf->len);
	text = read_one("a");
	n = count_lines(text);
	assert_in_range(n, 500, 1999);
	assert_null(strstr(text, "(torn)"));
	/* The line that is named is the one after the last that came. */
	buf_printf(&want, "a:%d: %s", n + 1, complaint);
	if (strncmp(buf_str(&said), want.data, want.len) != 0)
		fail_msg("wanted: %s\ngot: %s", want.data, buf_str(&said));
	assert_int_equal(count_lines(buf_str(&said)), 1);
	buf_free(&want);
	free(text);
}

static void
truncated_compressed_files_are_read_as_far_as_they_go(void **state)
{
	struct buf text = BUF_EMPTY, buf = BUF_EMPTY;

	(void)state;
	many_lines(&text, 2000);
	gzip(&buf, text.data, text.len);
	buf.len = buf.len * 2 / 3;
	assert_reads_as_far_as_it_goes(&buf, "truncated gzip data: the end is missing");
	buf_clear(&buf);
	zstd(&buf, text.data, text.len);
	buf.len = buf.len * 2 / 3;
	assert_reads_as_far_as_it_goes(&buf, "truncated zstd data: the end is missing");
	buf_free(&buf);
	buf_free(&text);
}

static void
a_compressed_file_that_lacks_only_its_trailer_is_truncated(void **state)
{
	struct buf buf = BUF_EMPTY;

	(void)state;
	gzip(&buf, "{}\n", 3);
	spill("a", buf.data, buf.len - 1);
	assert_reads("a", "a:1:{}\n", "a:2: truncated gzip data: the end is missing\n");
	buf_free(&buf);
}

static void
corrupt_compressed_files_are_read_as_far_as_they_go(void **state)
{
	struct buf text = BUF_EMPTY, buf = BUF_EMPTY;

	(void)state;
	many_lines(&text, 2000);
	gzip(&buf, text.data, text.len);
	memset(buf.data + buf.len * 2 / 3, 0xff, 64);
	assert_reads_as_far_as_it_goes(&buf, "corrupt gzip data: ");
	/* One frame ends well, the next does not even begin. */
	buf_clear(&buf);
	zstd(&buf, text.data, text.len / 2);
	buf_puts(&buf, "rubbish");
	assert_reads_as_far_as_it_goes(&buf, "corrupt zstd data: ");
	buf_clear(&buf);
	gzip(&buf, text.data, text.len / 2);
	buf_puts(&buf, "rubbish");
	assert_reads_as_far_as_it_goes(&buf, "corrupt gzip data: incorrect header check");
	buf_free(&buf);
	buf_free(&text);
}

static void
a_file_that_is_bad_does_not_keep_the_next_from_being_read(void **state)
{
	char *paths[] = {path_of("missing"), path_of("bad"), path_of("good")}, *text;

	(void)state;
	spill("bad", "\x1f\x8b\x08", 3);
	spill_text("good", "{}\n");
	text = read_paths(paths, 3);
	assert_string_equal(text, "good:1:{}\n");
	assert_string_equal(buf_str(&said), "missing:0: No such file or directory\n"
	    "bad:1: truncated gzip data: the end is missing\n");
	free(text);
	free(paths[0]);
	free(paths[1]);
	free(paths[2]);
}

static void
a_line_that_is_too_long_is_left_out_and_said(void **state)
{
	size_t len = (size_t)RECORD_LINE_MAX + 10;
	char *line = xmalloc(len);
	struct buf buf = BUF_EMPTY;

	(void)state;
	memset(line, 'x', len);
	memcpy(line, "{}\n", 3);
	memcpy(line + len - 4, "\n{}\n", 4);
	/* Exactly the most that is allowed, and one byte more. */
	spill("fits", line + 7, len - 7);
	spill("a", line, len);
	zstd(&buf, line, len);
	spill("b", buf.data, buf.len);
	free(line);
	buf_free(&buf);
	assert_reads("a", "a:1:{}\na:3:{}\n", "a:2: longer than 32 MiB, left out\n");
	assert_reads("b", "b:1:{}\nb:3:{}\n", "b:2: longer than 32 MiB, left out\n");
	line = read_one("fits");
	assert_int_equal(count_lines(line), 2);
	assert_string_equal(buf_str(&said), "");
	free(line);
}

static void
standard_input_is_a_file_like_others(void **state)
{
	int before = dup(STDIN_FILENO);
	char *dash = xstrdup("-"), *path = path_of("in"), *text;
	struct buf buf = BUF_EMPTY;

	(void)state;
	gzip(&buf, "{}\n{", 4);
	spill("in", buf.data, buf.len);
	assert_non_null(freopen(path, "r", stdin));
	text = read_paths(&dash, 1);
	assert_string_equal(text, "<stdin>:1:{}\n<stdin>:2:{(torn)\n");
	assert_string_equal(buf_str(&said), "");
	dup2(before, STDIN_FILENO);
	close(before);
	buf_free(&buf);
	free(text);
	free(path);
	free(dash);
}

static void
a_directory_gives_its_segments_in_order_and_nothing_else(void **state)
{
	static const char *const others[] = {"lock", "netvane-20260102T000000Z-0001.jsonl.torn",
	    ".hidden.jsonl", "notes.txt", ".jsonl", "x.zst"};
	char *path = path_of("results/"), *made = path_of("results/dir.jsonl"), *text;
	struct buf buf = BUF_EMPTY;
	char name[80];
	size_t i;

	(void)state;
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(mkdir(made, 0700), 0);
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		snprintf(name, sizeof(name), "results/%s", others[i]);
		spill_text(name, "{\"no\":1}\n");
	}
	spill_text("results/netvane-20260103T000000Z-0001.jsonl", "{\"n\":4}\n");
	spill_text("results/netvane-20260102T000000Z-0002.jsonl", "{\"n\":3}\n");
	zstd(&buf, "{\"n\":2}\n", 8);
	spill("results/netvane-20260102T000000Z-0001.jsonl.zst", buf.data, buf.len);
	buf_clear(&buf);
	gzip(&buf, "{\"n\":1}\n", 8);
	spill("results/netvane-20260101T000000Z-0001.jsonl.gz", buf.data, buf.len);
	text = read_paths(&path, 1);
	assert_string_equal(text, "netvane-20260101T000000Z-0001.jsonl.gz:1:{\"n\":1}\n"
	    "netvane-20260102T000000Z-0001.jsonl.zst:1:{\"n\":2}\n"
	    "netvane-20260102T000000Z-0002.jsonl:1:{\"n\":3}\n"
	    "netvane-20260103T000000Z-0001.jsonl:1:{\"n\":4}\n");
	assert_string_equal(buf_str(&said), "");
	free(text);
	buf_free(&buf);
	free(made);
	free(path);
}

static void
files_that_were_last_changed_before_can_be_left_out(void **state)
{
	const struct timespec long_ago[2] = {{1000000000, 0}, {1000000000, 0}};
	char *path = path_of("results/"), *old;
	struct record_files files;

	(void)state;
	assert_int_equal(mkdir(path, 0700), 0);
	spill_text("results/netvane-20260101T000000Z-0001.jsonl", "{\"n\":1}\n");
	spill_text("results/netvane-20260102T000000Z-0001.jsonl", "{\"n\":2}\n");
	old = path_of("results/netvane-20260101T000000Z-0001.jsonl");
	assert_int_equal(utimensat(AT_FDCWD, old, long_ago, 0), 0);
	record_files_list(&files, &path, 1);
	record_files_newer(&files, INT64_C(1000000000) * 1000000);
	assert_int_equal(files.n, 2);
	/* It was begun later than it was changed: some clock was wrong. */
	record_files_newer(&files, INT64_C(1000000001) * 1000000);
	assert_int_equal(files.n, 2);
	record_files_newer(&files, INT64_C(1767225601) * 1000000); /* 2026-01-01T00:00:01Z */
	assert_int_equal(files.n, 1);
	assert_int_equal(files.bytes, 8);
	assert_non_null(strstr(files.files[0].path, "netvane-20260102T"));
	record_files_clear(&files);
	free(old);
	free(path);
}

static void
a_dangling_link_in_a_directory_is_said(void **state)
{
	char *path = path_of("results"), *link = path_of("results/a.jsonl"), *text;

	(void)state;
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(symlink("nowhere", link), 0);
	text = read_paths(&path, 1);
	assert_string_equal(text, "");
	assert_string_equal(buf_str(&said), "a.jsonl:0: No such file or directory\n");
	free(text);
	free(link);
	free(path);
}

static void
a_pretty_printed_object_is_one_record(void **state)
{
	(void)state;
	spill_text("a.json",
	    "{\n\t\"a\": \"}{ \\\" \\\\\",\n\t\"b\": [\n\t\t{\n\t\t}\n\t]\n}\n{\"n\":2}\n"
	    "  {  \r\n \"c\": {}\r\n}");
	assert_reads("a.json",
	    "a.json:1:{\n\t\"a\": \"}{ \\\" \\\\\",\n\t\"b\": [\n\t\t{\n\t\t}\n\t]\n}\n"
	    "a.json:8:{\"n\":2}\n"
	    "a.json:9:{\n \"c\": {}\r\n}(torn)\n", "");
}

static void
a_torn_object_swallows_no_record_after_it(void **state)
{
	(void)state;
	spill_text("a", "{\n{\"n\":1}\n{\"n\":2}\n");
	assert_reads("a", "a:1:{\na:2:{\"n\":1}\na:3:{\"n\":2}\n", "");
	spill_text("a", "{\n \"a\": 1,\n{\"n\":1}\n");
	assert_reads("a", "a:1:{\n \"a\": 1,\na:3:{\"n\":1}\n", "");
	spill_text("a", "{");
	assert_reads("a", "a:1:{(torn)\n", "");
	spill_text("a", "{\n \"a\": [");
	assert_reads("a", "a:1:{\n \"a\": [(torn)\n", "");
}

static void
an_object_that_is_no_json_is_handed_out_once(void **state)
{
	(void)state;
	/* A string that does not end: the rest of the object is not reported line by line. */
	spill_text("a", "{\n \"a\": \"\n \"b\": 1,\n \"c\": 2\n}\n{\"n\":1}\n");
	assert_reads("a", "a:1:{\n \"a\": \"\na:6:{\"n\":1}\n", "");
}

static void
progress_counts_the_bytes_on_the_disk(void **state)
{
	char *paths[] = {path_of("a"), path_of("b"), xstrdup("-")};
	struct record_reader *reader;
	struct buf text = BUF_EMPTY, buf = BUF_EMPTY;
	struct record_line line;
	int64_t done, all, last = 0;

	(void)state;
	many_lines(&text, 10000);
	zstd(&buf, text.data, text.len);
	spill("a", buf.data, buf.len);
	spill("b", text.data, text.len);
	reader = record_reader_new(paths, 2, hear, &said);
	record_reader_progress(reader, &done, &all);
	assert_int_equal(done, 0);
	assert_int_equal(all, buf.len + text.len);
	while (record_reader_next(reader, &line) == 1) {
		record_reader_progress(reader, &done, &all);
		assert_true(done >= last && done > 0 && done <= all);
		last = done;
	}
	record_reader_progress(reader, &done, &all);
	assert_int_equal(done, all);
	record_reader_free(reader);
	/* Nobody knows how much standard input will bring. */
	reader = record_reader_new(paths, 3, hear, &said);
	record_reader_progress(reader, &done, &all);
	assert_int_equal(all, 0);
	record_reader_free(reader);
	free(paths[0]);
	free(paths[1]);
	free(paths[2]);
	buf_free(&buf);
	buf_free(&text);
}

static void
a_reader_may_be_left_in_the_middle(void **state)
{
	char *path = path_of("a");
	struct record_reader *reader;
	struct record_line line;

	(void)state;
	spill_text("a", "{}\n{}\n");
	reader = record_reader_new(&path, 1, NULL, NULL);
	assert_int_equal(record_reader_next(reader, &line), 1);
	record_reader_free(reader);
	record_reader_free(NULL);
	reader = record_reader_new(&path, 0, NULL, NULL);
	assert_int_equal(record_reader_next(reader, &line), 0);
	record_reader_free(reader);
	free(path);
}

#define READER_TEST(name) cmocka_unit_test_setup_teardown(name, top_new, top_free)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    READER_TEST(lines_come_one_by_one_with_their_numbers),
	    READER_TEST(empty_lines_are_passed_over_and_counted_in_the_numbers),
	    READER_TEST(an_empty_file_has_no_lines),
	    READER_TEST(crlf_and_a_byte_order_mark_are_not_part_of_a_line),
	    READER_TEST(a_last_line_without_newline_is_handed_out_as_torn),
	    READER_TEST(nul_bytes_are_handed_on),
	    READER_TEST(compression_is_told_by_the_bytes_not_the_name),
	    READER_TEST(members_and_frames_follow_one_another),
	    READER_TEST(skippable_zstd_frames_are_skipped),
	    READER_TEST(truncated_compressed_files_are_read_as_far_as_they_go),
	    READER_TEST(a_compressed_file_that_lacks_only_its_trailer_is_truncated),
	    READER_TEST(corrupt_compressed_files_are_read_as_far_as_they_go),
	    READER_TEST(a_file_that_is_bad_does_not_keep_the_next_from_being_read),
	    READER_TEST(a_line_that_is_too_long_is_left_out_and_said),
	    READER_TEST(standard_input_is_a_file_like_others),
	    READER_TEST(a_directory_gives_its_segments_in_order_and_nothing_else),
	    READER_TEST(files_that_were_last_changed_before_can_be_left_out),
	    READER_TEST(a_dangling_link_in_a_directory_is_said),
	    READER_TEST(a_pretty_printed_object_is_one_record),
	    READER_TEST(a_torn_object_swallows_no_record_after_it),
	    READER_TEST(an_object_that_is_no_json_is_handed_out_once),
	    READER_TEST(progress_counts_the_bytes_on_the_disk),
	    READER_TEST(a_reader_may_be_left_in_the_middle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
