"""The site as a whole: settings, addresses, pages' frame, and `firstdose serve`."""
