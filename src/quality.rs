//! What a content says of itself: the questions with which it tests itself.
