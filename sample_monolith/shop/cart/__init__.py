"""Cart: what a visitor means to buy."""
