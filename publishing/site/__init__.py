"""The derived site: pages of areas, communes, periods and indicators, made from the set of newest revisions."""  # noqa: A005 # it is only ever publishing.site
