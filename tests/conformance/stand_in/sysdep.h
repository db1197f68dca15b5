/* Of a configured tree; the tests include it and need nothing of it. */
