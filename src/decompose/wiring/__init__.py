"""The parts of the program, put together: nothing else knows them all."""
