-- A video by its public id. id: uuid
SELECT * FROM stage.shown_video WHERE id = %(id)s
