"""What templates of every app say."""
