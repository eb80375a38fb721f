"""`python -m pktbench`: the program."""

from ._run import main

if __name__ == "__main__":
    main()
