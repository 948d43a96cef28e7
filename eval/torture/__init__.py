"""The index tortured: ingests killed, files damaged, disks filled, many processes at once; nothing may be lost."""
