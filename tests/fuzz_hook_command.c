/* Whatever stands in the configuration as a command: words, the first an absolute path, none longer than all of it; or a reason. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "probe/hook_command.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf text = BUF_EMPTY;
	const char *wrong;
	size_t i, sum = 0;
	char **words;

	buf_add(&text, data, size);
	words = hook_command_parse(buf_str(&text), &wrong);
	if ((words == NULL) != (wrong != NULL))
		abort();
	if (words != NULL && (words[0] == NULL || words[0][0] != '/'))
		abort();
	for (i = 0; words != NULL && words[i] != NULL; i++)
		sum += strlen(words[i]);
	if (sum > size)
		abort();
	hook_command_free(words);
	buf_free(&text);
	return 0;
}
