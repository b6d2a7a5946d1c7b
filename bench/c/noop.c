/* The cheapest child there is: what a measure of it shows is the price of starting and ending. */
int main(void) { return 0; }
