/* SPDX-License-Identifier: ISC */
/*
 * main() for a fuzz target in the ordinary test run: feeds it every file of the folders (or the files)
 * that are named, and fails when there is none.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int complain(const char *path, const char *why)
{
	fprintf(stderr, "replay: %s: %s\n", path, why);
	return -1;
}

/* 1, or -1 when it cannot be read. */
static long replay_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	if (!file)
		return complain(path, strerror(errno));
	uint8_t *bytes = NULL;
	size_t size = 0, got;
	do {
		uint8_t *more = realloc(bytes, size + 4096);
		if (!more)
			abort();
		bytes = more;
		got = fread(bytes + size, 1, 4096, file);
		size += got;
	} while (got);
	int failed = ferror(file);
	fclose(file);
	/* Exactly as large as the input: one byte too far is seen by valgrind and ASan. */
	uint8_t *exact = malloc(size ? size : 1);
	if (!exact)
		abort();
	memcpy(exact, bytes, size);
	free(bytes);
	if (!failed)
		LLVMFuzzerTestOneInput(exact, size);
	free(exact);
	return failed ? complain(path, "cannot be read") : 1;
}

/* How many files of it were fed, or -1. */
static long replay_folder(DIR *dir, const char *path)
{
	long count = 0;
	for (struct dirent *one; count >= 0 && (one = readdir(dir));) {
		char name[4096];
		if (one->d_name[0] == '.')
			continue;
		snprintf(name, sizeof name, "%s/%s", path, one->d_name);
		long did = replay_file(name);
		count = did < 0 ? -1 : count + did;
	}
	closedir(dir);
	return count ? count : complain(path, "is an empty folder");
}

static long replay(const char *path)
{
	DIR *dir = opendir(path);
	return dir ? replay_folder(dir, path) : replay_file(path);
}

int main(int argc, char **argv)
{
	long total = 0;
	if (argc < 2) {
		fprintf(stderr, "usage: %s FOLDER|FILE...\n", argv[0]);
		return 2;
	}
	for (int i = 1; i < argc; i++) {
		long count = replay(argv[i]);
		if (count < 0)
			return 1;
		total += count;
	}
	printf("%s: %ld inputs replayed\n", argv[0], total);
	return 0;
}
