/* SPDX-License-Identifier: ISC */
/* home/stamp: each single thing that changes makes another stamp. */
#include "base/stamp.h"

#include "test/unit/helpers.h"

static void every_part_counts(void **state)
{
	(void)state;
	const struct stamp one = {1, 2, 3, {4, 5}, {6, 7}};
	const struct stamp others[] = {
	    {0, 2, 3, {4, 5}, {6, 7}},
	    {1, 0, 3, {4, 5}, {6, 7}},
	    {1, 2, 0, {4, 5}, {6, 7}},
	    {1, 2, 3, {0, 5}, {6, 7}},
	    {1, 2, 3, {4, 0}, {6, 7}},
	    {1, 2, 3, {4, 5}, {0, 7}},
	    {1, 2, 3, {4, 5}, {6, 0}},
	};
	assert_true(stamp_same(&one, &one));
	for (size_t i = 0; i < COUNT(others); i++)
		assert_false(stamp_same(&one, &others[i]));
}

static void of_a_file(void **state)
{
	struct stat st;
	folder_write(*state, "a", "abc", 3);
	assert_int_equal(stat(folder_path(*state, "a"), &st), 0);
	struct stamp stamp = stamp_of(&st);
	assert_int_equal(stamp.size, 3);
	assert_int_equal(stamp.inode, st.st_ino);
	assert_int_equal(stamp.device, st.st_dev);
	assert_int_equal(stamp.modified.tv_nsec, st.st_mtim.tv_nsec);
	assert_int_equal(stamp.changed.tv_sec, st.st_ctim.tv_sec);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_part_counts),
	    cmocka_unit_test_setup_teardown(of_a_file, folder_setup, folder_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
