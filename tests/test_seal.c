/* What seal.h promises, and what journal_clean makes of a seal that was interrupted. Crashes: test_care_kill.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "results/journal.h"
#include "results/record_lines.h"
#include "results/record_source.h"
#include "results/seal.h"
#include "tests/journal_lab.h"

enum { SLICE = 64 * 1024 };

static int dir_fd;

static int
seal_lab_new(void **state)
{
	if (lab_new(state) != 0)
		return -1;
	lab_spill("lock", "", 0);
	dir_fd = open(lab_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return dir_fd == -1 ? -1 : 0;
}

static int
seal_lab_free(void **state)
{
	close(dir_fd);
	return lab_free(state);
}

/* Records, `n` of them, each of about `size` bytes; those of which the number is a multiple of `odd` are odd. */
static void
records(struct buf *out, int n, size_t size, int odd)
{
	struct lab_record record = {.fill = size};
	int i;

	for (i = 1; i <= n; i++) {
		record.n = i;
		record.status = i % odd == 0 ? "impaired" : "ok";
		lab_line(out, &record);
	}
}

/* Steps to the end; returns how many steps it took, and the end in *step. */
static int
run(struct seal *seal, enum care_step *step)
{
	int steps = 0;

	do {
		*step = seal_step(seal, SLICE);
		steps++;
	} while (*step == CARE_MORE);
	return steps;
}

static void
assert_seals(void)
{
	struct seal *seal = seal_new(dir_fd, LAB_SEGMENT);
	enum care_step step;

	assert_non_null(seal);
	run(seal, &step);
	assert_int_equal(step, CARE_DONE);
	seal_free(seal);
}

/* Through our reader of files. */
static void
assert_unpacks_to(const char *file, const struct buf *want)
{
	char *path = xasprintf("%s/%s", lab_dir, file);
	struct record_source *source = record_source_open(path);
	struct buf got = BUF_EMPTY;
	ssize_t n;

	assert_non_null(source);
	while ((n = record_source_read(source, buf_room(&got, 65536), 65536)) > 0)
		got.len += (size_t)n;
	assert_string_equal(record_source_error(source), "");
	assert_int_equal(got.len, want->len);
	assert_memory_equal(got.data, want->data, want->len);
	record_source_free(source);
	buf_free(&got);
	free(path);
}

static void
a_sealed_segment_has_the_same_bytes_in_less_room(void **state)
{
	struct buf text = BUF_EMPTY;
	char *command;

	(void)state;
	records(&text, 2000, 1000, 100);
	lab_spill(LAB_SEGMENT, text.data, text.len);
	assert_seals();
	assert_false(lab_has(LAB_SEGMENT));
	assert_int_equal(lab_count_files(".part"), 0);
	assert_unpacks_to(LAB_SEGMENT ".zst", &text);
	assert_true(lab_size(LAB_SEGMENT ".zst") < (long)text.len * 2 / 3);
	/* And through everybody's. */
	command = xasprintf("command -v zstd >/dev/null || exit 0; zstd -dqc '%s/%s.zst' | cmp - '%s/../plain'",
	    lab_dir, LAB_SEGMENT, lab_dir);
	lab_spill("../plain", text.data, text.len);
	assert_int_equal(system(command), 0);
	free(command);
	buf_free(&text);
}

static void
what_is_in_it_is_counted_on_the_way(void **state)
{
	struct buf text = BUF_EMPTY;
	struct seal *seal;
	enum care_step step;

	(void)state;
	records(&text, 500, 700, 100);
	lab_spill(LAB_SEGMENT, text.data, text.len);
	seal = seal_new(dir_fd, LAB_SEGMENT);
	run(seal, &step);
	assert_int_equal(step, CARE_DONE);
	assert_int_equal(seal_facts(seal)->records, 500);
	assert_int_equal(seal_facts(seal)->odd, 5);
	seal_free(seal);
	buf_free(&text);
}

static void
the_work_comes_in_slices(void **state)
{
	struct buf text = BUF_EMPTY;
	struct seal *seal;
	enum care_step step;

	(void)state;
	records(&text, 2000, 1000, 100);
	lab_spill(LAB_SEGMENT, text.data, text.len);
	seal = seal_new(dir_fd, LAB_SEGMENT);
	/* Once to compress, once to compare. */
	assert_true(run(seal, &step) >= (int)(2 * text.len / SLICE));
	assert_int_equal(step, CARE_DONE);
	seal_free(seal);
	buf_free(&text);
}

static void
a_seal_that_is_given_up_leaves_the_segment_as_it_was(void **state)
{
	struct buf text = BUF_EMPTY;
	struct seal *seal;
	char *plain;
	int i, j, steps;
	enum care_step step;

	(void)state;
	records(&text, 500, 1000, 100);
	lab_spill(LAB_SEGMENT, text.data, text.len);
	seal = seal_new(dir_fd, LAB_SEGMENT);
	steps = run(seal, &step);
	seal_free(seal);
	assert_int_equal(unlinkat(dir_fd, LAB_SEGMENT ".zst", 0), 0);
	lab_spill(LAB_SEGMENT, text.data, text.len);
	for (i = 0; i < steps; i++) {
		seal = seal_new(dir_fd, LAB_SEGMENT);
		for (j = 0; j < i; j++)
			assert_int_equal(seal_step(seal, SLICE), CARE_MORE);
		seal_free(seal);
		plain = lab_slurp(LAB_SEGMENT);
		assert_string_equal(plain, text.data);
		free(plain);
		assert_int_equal(lab_count_files(".zst"), 0);
	}
	buf_free(&text);
}

/* Compresses it, spoils a byte of the copy while nobody looks, and goes on. */
static void
a_copy_that_went_wrong_is_noticed_and_the_segment_stays(void **state)
{
	struct buf text = BUF_EMPTY;
	struct seal *seal;
	char *plain;
	int fd, steps;
	enum care_step step;
	unsigned char byte;

	(void)state;
	records(&text, 1000, 1000, 100);
	lab_spill(LAB_SEGMENT, text.data, text.len);
	seal = seal_new(dir_fd, LAB_SEGMENT);
	for (steps = (int)(text.len / SLICE) + 1; steps > 0; steps--)
		assert_int_equal(seal_step(seal, SLICE), CARE_MORE);
	fd = openat(dir_fd, LAB_SEGMENT ".zst.part", O_RDWR);
	assert_int_equal(pread(fd, &byte, 1, 200000), 1);
	byte ^= 0x10;
	assert_int_equal(pwrite(fd, &byte, 1, 200000), 1);
	close(fd);
	run(seal, &step);
	assert_int_equal(step, CARE_FAILED);
	assert_int_equal(errno, EBADMSG);
	seal_free(seal);
	assert_int_equal(lab_count_files(".zst"), 0);
	plain = lab_slurp(LAB_SEGMENT);
	assert_string_equal(plain, text.data);
	free(plain);
	buf_free(&text);
}

static void
a_torn_last_line_is_not_sealed_in(void **state)
{
	(void)state;
	lab_spill(LAB_SEGMENT, "{}\n{", 4);
	assert_null(seal_new(dir_fd, LAB_SEGMENT));
	assert_int_equal(errno, EBADMSG);
	assert_true(lab_has(LAB_SEGMENT));
	assert_int_equal(lab_count_files(".zst"), 0);
}

static void
a_segment_that_is_not_there_cannot_be_sealed(void **state)
{
	(void)state;
	assert_null(seal_new(dir_fd, LAB_SEGMENT));
	assert_int_equal(errno, ENOENT);
	assert_int_equal(lab_count_files(".zst"), 0);
}

static void
an_empty_segment_becomes_an_empty_copy(void **state)
{
	struct buf nothing = BUF_EMPTY;

	(void)state;
	lab_spill(LAB_SEGMENT, "", 0);
	assert_seals();
	assert_false(lab_has(LAB_SEGMENT));
	buf_room(&nothing, 1);
	assert_unpacks_to(LAB_SEGMENT ".zst", &nothing);
	buf_free(&nothing);
}

/* What every decoder must be able to do, by RFC 8878. */
static void
a_decoder_needs_a_window_of_8_mb_and_no_more(void **state)
{
	ZSTD_DCtx *decoder = ZSTD_createDCtx();
	struct buf text = BUF_EMPTY, out = BUF_EMPTY;
	char *path = xasprintf("%s/%s.zst", lab_dir, LAB_SEGMENT), *sealed = xmalloc(32 << 20);
	size_t len, left, got = 0;
	FILE *file;

	(void)state;
	records(&text, 6000, 2000, 100);
	assert_true(text.len > 12000000);
	lab_spill(LAB_SEGMENT, text.data, text.len);
	assert_seals();
	file = fopen(path, "r");
	len = fread(sealed, 1, 32 << 20, file);
	fclose(file);
	ZSTD_DCtx_setParameter(decoder, ZSTD_d_windowLogMax, 23);
	ZSTD_inBuffer in = {sealed, len, 0};
	do {
		ZSTD_outBuffer to = {buf_room(&out, 1 << 20), 1 << 20, 0};

		left = ZSTD_decompressStream(decoder, &to, &in);
		assert_false(ZSTD_isError(left));
		got += to.pos;
	} while (left != 0);
	assert_int_equal(got, text.len);
	ZSTD_freeDCtx(decoder);
	buf_free(&out);
	buf_free(&text);
	free(sealed);
	free(path);
}

static void
of_a_copy_and_an_original_that_are_the_same_the_copy_stays(void **state)
{
	struct buf text = BUF_EMPTY;

	(void)state;
	records(&text, 500, 1000, 100);
	lab_spill(LAB_SEGMENT, text.data, text.len);
	assert_seals();
	/* As a crash leaves it between the name and the original's end. */
	lab_spill(LAB_SEGMENT, text.data, text.len);
	lab_spill("netvane-20261122T063000Z-0002.jsonl.zst.part", "half", 4);
	lab_spill("netvane-20261122T063000Z-0002.jsonl", "{}\n", 3);
	lab_spill("netvane-20261122T063000Z-0003.jsonl.zst.thin", "half", 4);
	journal_close(lab_open());
	assert_false(lab_has(LAB_SEGMENT));
	assert_unpacks_to(LAB_SEGMENT ".zst", &text);
	assert_int_equal(lab_count_files(".part"), 0);
	assert_int_equal(lab_count_files(".thin"), 0);
	assert_true(lab_has("netvane-20261122T063000Z-0002.jsonl"));
	buf_free(&text);
}

static void
of_a_copy_and_an_original_that_differ_both_stay(void **state)
{
	struct buf text = BUF_EMPTY;
	char *log;

	(void)state;
	records(&text, 500, 1000, 100);
	lab_spill(LAB_SEGMENT, text.data, text.len);
	assert_seals();
	records(&text, 1, 10, 100);
	lab_spill(LAB_SEGMENT, text.data, text.len);
	journal_close(lab_open());
	assert_true(lab_has(LAB_SEGMENT));
	assert_true(lab_has(LAB_SEGMENT ".zst"));
	log = lab_log();
	assert_non_null(strstr(log, "the copy is shorter"));
	free(log);
	buf_free(&text);
}

static void
a_line_too_long_to_be_looked_at_counts_as_odd(void **state)
{
	struct buf text = BUF_EMPTY;
	struct seal *seal;
	enum care_step step;

	(void)state;
	records(&text, 1, RECORD_LINES_WHOLE, 100);
	records(&text, 1, 100, 100);
	lab_spill(LAB_SEGMENT, text.data, text.len);
	seal = seal_new(dir_fd, LAB_SEGMENT);
	run(seal, &step);
	assert_int_equal(step, CARE_DONE);
	assert_int_equal(seal_facts(seal)->records, 2);
	assert_int_equal(seal_facts(seal)->odd, 1);
	seal_free(seal);
	assert_unpacks_to(LAB_SEGMENT ".zst", &text);
	buf_free(&text);
}

static long
resident_kb(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	long pages = 0;

	if (file != NULL && fscanf(file, "%*d %ld", &pages) != 1)
		pages = 0;
	if (file != NULL)
		fclose(file);
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static void
memory_goes_back_when_it_is_done(void **state)
{
	struct buf text = BUF_EMPTY;
	long before, after, most = 0, now;
	struct seal *seal;
	int i;

	(void)state;
#if defined(__SANITIZE_ADDRESS__)
	skip();
#endif
	records(&text, 6000, 2000, 100);
	lab_spill("../plain", text.data, text.len);
	before = after = 0;
	/* The first time brings in code. */
	for (i = 0; i < 4; i++) {
		before = resident_kb();
		lab_spill(LAB_SEGMENT, text.data, text.len);
		unlinkat(dir_fd, LAB_SEGMENT ".zst", 0);
		seal = seal_new(dir_fd, LAB_SEGMENT);
		while (seal_step(seal, SLICE) == CARE_MORE) {
			now = resident_kb();
			if (now > most)
				most = now;
		}
		seal_free(seal);
		after = resident_kb();
	}
	print_message("# %ld KB before, %ld at most, %ld after\n", before, most, after);
	assert_true(before > 0);
	assert_true(after - before < 512);
	assert_true(most - before < 14 * 1024);
	buf_free(&text);
}

#define SEAL_TEST(name) cmocka_unit_test_setup_teardown(name, seal_lab_new, seal_lab_free)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    SEAL_TEST(a_sealed_segment_has_the_same_bytes_in_less_room),
	    SEAL_TEST(what_is_in_it_is_counted_on_the_way),
	    SEAL_TEST(the_work_comes_in_slices),
	    SEAL_TEST(a_seal_that_is_given_up_leaves_the_segment_as_it_was),
	    SEAL_TEST(a_copy_that_went_wrong_is_noticed_and_the_segment_stays),
	    SEAL_TEST(a_torn_last_line_is_not_sealed_in),
	    SEAL_TEST(a_segment_that_is_not_there_cannot_be_sealed),
	    SEAL_TEST(an_empty_segment_becomes_an_empty_copy),
	    SEAL_TEST(a_decoder_needs_a_window_of_8_mb_and_no_more),
	    SEAL_TEST(of_a_copy_and_an_original_that_are_the_same_the_copy_stays),
	    SEAL_TEST(of_a_copy_and_an_original_that_differ_both_stay),
	    SEAL_TEST(a_line_too_long_to_be_looked_at_counts_as_odd),
	    SEAL_TEST(memory_goes_back_when_it_is_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
