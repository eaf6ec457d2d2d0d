"""ReLU networks for the estimators and for the maximum itself: built, counted, proved exact, exported."""
