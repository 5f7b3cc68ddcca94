"""What really happens in the company, whichever tool hears of it."""
